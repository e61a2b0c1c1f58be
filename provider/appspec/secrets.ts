import { mapLeaves, valueAt, type Path } from "./diff";

/**
 * Secrets of an AppSpec come back from the service as ciphertext, `EV[1:…:…]`; sending that text again keeps the value.
 * All functions here take specs in their form by name (see lists-by-name.ts). Pure.
 */
export const isCiphertext = (value: unknown): value is string =>
  typeof value === "string" && /^EV\[\d+:[^\]]*\]$/.test(value);

/**
 * What stands in `spec` for a secret that someone changed at the service: its ciphertext stays out of sight, and no value
 * of a program equals it, so the next update puts the program's value back. Sent back, it means «keep what is there».
 */
export const KEPT_SECRET = "[secret held by the service]";

/**
 * A copy in which every secret is hidden behind {@link KEPT_SECRET}: ciphertext, and what stands in clear at a secret place,
 * as the service does not encrypt all of them. Of a spec in either form, and of answers that hold specs.
 */
export function hideSecrets(value: unknown): unknown {
  const hidden = hideClearSecrets(value);
  return mapLeaves(hidden, (leaf) => (isCiphertext(leaf) ? KEPT_SECRET : leaf));
}

/** The same, and ciphertext stays. */
export function hideClearSecrets(value: unknown): unknown {
  return mapLeaves(value, (leaf, path) => {
    if (typeof leaf !== "string" || leaf === "" || isCiphertext(leaf)) return leaf;
    return isSecretPlace(path, valueAt(value, path.slice(0, -1))) ? KEPT_SECRET : leaf;
  });
}

/**
 * The spec to send: values whose input did not change since the service took them, and whose ciphertext did not change
 * either, go back as that ciphertext, so the service neither encrypts nor deploys them anew.
 * @param news what the program wants
 * @param olds the inputs the service took last
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

/** A variable that stopped being SECRET must go in clear, even with the same value. */
function sameType(news: unknown, olds: unknown, path: Path): boolean {
  const type = [...path.slice(0, -1), "type"];
  return valueAt(news, type) === valueAt(olds, type);
}

/** Paths of placeholders that have nothing to stand for any more: their variable is gone at the service. */
export function danglingSecrets(spec: unknown): Path[] {
  const found: Path[] = [];
  mapLeaves(spec, (leaf, path) => {
    if (leaf === KEPT_SECRET) found.push(path);
    return leaf;
  });
  return found;
}

/** Field names whose values are credentials, wherever they stand in an AppSpec. */
const CREDENTIAL_FIELDS = new Set(["registry_credentials", "api_key", "token", "password"]);

/** True where an AppSpec, in its form by name, holds something secret: SECRET variables, credentials, headers. */
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

/** Every secret in clear in the spec: what must never be printed. */
export function secretValues(spec: unknown): string[] {
  const found = new Set<string>();
  mapLeaves(spec, (leaf, path) => {
    // Programs may write a secret as a number; it is sent as text.
    const text = typeof leaf === "number" ? String(leaf) : leaf;
    if (typeof text === "string" && text !== "" && isSecretPlace(path, valueAt(spec, path.slice(0, -1))))
      found.add(text);
    return leaf;
  });
  return [...found];
}
