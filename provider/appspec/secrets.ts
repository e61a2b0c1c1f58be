import { mapLeaves, valueAt, type Path } from "./diff";

/**
 * Secrets of an AppSpec come back from the service as ciphertext, `EV[1:…:…]`; sending that text again keeps the value.
 * All functions here expect specs in the by-name form (see lists-by-name.ts). Pure.
 */
export const isCiphertext = (value: unknown): value is string =>
  typeof value === "string" && /^EV\[\d+:[^\]]*\]$/.test(value);

/**
 * Placeholder in `spec` for a secret that was changed at the service. It hides the ciphertext and equals no program value,
 * so the next update restores the program's value. Sending it back keeps the stored value.
 */
export const KEPT_SECRET = "[secret held by the service]";

/**
 * A copy in which every secret is hidden behind {@link KEPT_SECRET}: ciphertext, and plain text in secret fields, since
 * the service does not encrypt all of them. Accepts a spec in either form, and responses that contain specs.
 */
export function hideSecrets(value: unknown): unknown {
  const hidden = hideClearSecrets(value);
  return mapLeaves(hidden, (leaf) => (isCiphertext(leaf) ? KEPT_SECRET : leaf));
}

/** The same, but keeps ciphertext. */
export function hideClearSecrets(value: unknown): unknown {
  return mapLeaves(value, (leaf, path) => {
    if (typeof leaf !== "string" || leaf === "" || isCiphertext(leaf)) return leaf;
    return isSecretPlace(path, valueAt(value, path.slice(0, -1))) ? KEPT_SECRET : leaf;
  });
}

/**
 * The spec to send. Values whose input and ciphertext have not changed since the last update are sent as that ciphertext, so
 * that the service neither encrypts nor deploys them again.
 * @param news what the program wants
 * @param olds the inputs the service accepted last
 * @param then the service's spec after that
 * @param now the service's spec at this moment
 */
export function sealUnchanged(news: unknown, olds: unknown, then: unknown, now: unknown): unknown {
  return mapLeaves(news, (leaf, path) => {
    const held = valueAt(now, path);
    if (leaf === KEPT_SECRET && typeof held === "string") return held;
    if (!isCiphertext(held)) return leaf;
    const untouched = leaf === valueAt(olds, path) && held === valueAt(then, path);
    return untouched && sameType(news, olds, path) ? held : leaf;
  });
}

/** A variable that is no longer SECRET must be sent in plain text, even with the same value. */
function sameType(news: unknown, olds: unknown, path: Path): boolean {
  const type = [...path.slice(0, -1), "type"];
  return valueAt(news, type) === valueAt(olds, type);
}

/** Paths of placeholders whose variable no longer exists at the service. */
export function danglingSecrets(spec: unknown): Path[] {
  const found: Path[] = [];
  mapLeaves(spec, (leaf, path) => {
    if (leaf === KEPT_SECRET) found.push(path);
    return leaf;
  });
  return found;
}

/** Field names whose values are credentials anywhere in an AppSpec. */
const CREDENTIAL_FIELDS = new Set(["registry_credentials", "api_key", "token", "password"]);

/** True for a path of an AppSpec (by-name form) that is secret: SECRET variables, credentials, headers. */
export function isSecretPlace(path: Path, parent: unknown): boolean {
  const field = path.at(-1);
  if (typeof field !== "string") return false;
  if (CREDENTIAL_FIELDS.has(field)) return true;
  if (field !== "value") return false;
  return path.at(-3) === "headers" || path.at(-2) === "secure_header" || isSecretVariable(parent);
}

function isSecretVariable(parent: unknown): boolean {
  return typeof parent === "object" && parent !== null && (parent as { type?: unknown }).type === "SECRET";
}

/** Every plain-text secret in the spec, which must never be printed. */
export function secretValues(spec: unknown): string[] {
  const found = new Set<string>();
  mapLeaves(spec, (leaf, path) => {
    // Programs may write a secret as a number; it is sent as a string.
    const text = typeof leaf === "number" ? String(leaf) : leaf;
    if (typeof text === "string" && text !== "" && isSecretPlace(path, valueAt(spec, path.slice(0, -1))))
      found.add(text);
    return leaf;
  });
  return [...found];
}
