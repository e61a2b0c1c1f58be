/** What stands where something secret stood. */
const MASK = "***";

/** Shorter values cannot be told from ordinary text: masking them would leave nothing readable. */
const SHORTEST_SECRET = 3;

/** Credentials that are recognised without being told: tokens by their prefix, headers, and encrypted values. */
const KNOWN_FORMS: readonly [RegExp, string][] = [
  [/\bBearer\s+[^\s"',;]+/gi, `Bearer ${MASK}`],
  [/\bdo[opr]_v1_[0-9a-z]+/gi, MASK],
  // The closing bracket is optional, as the text may have been cut off in the middle of the value.
  [/\bEV\[[^\]\s]*\]?/g, MASK],
];

/**
 * `text` with every credential replaced by `***`: `Bearer …`, DigitalOcean tokens, encrypted values `EV[…]`, and each
 * of `secrets` (from 3 characters on), also where it is written URL-encoded or as part of a JSON text.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const given = new Set<string>();
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    given.add(secret);
    given.add(JSON.stringify(secret).slice(1, -1));
    // Through bytes, because half a surrogate pair cannot be encoded.
    given.add(encodeURIComponent(Buffer.from(secret).toString()));
  }
  // The longest first: a secret may be the beginning of another one.
  const ordered = [...given].sort((a, b) => b.length - a.length);
  let result = text;
  for (const secret of ordered) result = result.replaceAll(secret, MASK);
  for (const [form, mask] of KNOWN_FORMS) result = result.replace(form, mask);
  return result;
}
