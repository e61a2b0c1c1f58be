/**
 * Masking in its most readable form; its time grows at least with the square of the text's length. The product must
 * mask the same parts.
 */
const MASK = "***";
const KEY = "PRIVATE KEY-----";
const KEY_BEGINS = `-----BEGIN [A-Z ]*${KEY}`;

const KNOWN_FORMS: readonly [RegExp, string][] = [
  [/\bBearer\s+[^\s"',;]+/gi, `Bearer ${MASK}`],
  [/(\bauthorization["':\s]+basic)\s+[^\s"',;]+/gi, `$1 ${MASK}`],
  [/\bdo[opr]_v1_[0-9a-z]+/gi, MASK],
  [/\bEV(?:\[|%5B)[^\]\s]*\]?/gi, MASK],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, `$1:${MASK}@`],
  [/(\bhooks\.slack\.com\/[a-z]+\/)[\w/-]+/gi, `$1${MASK}`],
  [new RegExp(`(?:${KEY_BEGINS}|^)(?:(?!-----BEGIN)[^])*?-----END [A-Z ]*${KEY}`, "g"), MASK],
  [new RegExp(`${KEY_BEGINS}(?:(?:\\s|\\\\n)+(?:\\S+ +)*[A-Za-z0-9+/=]{16,})*`, "g"), MASK],
];

/** @param forms of the secrets: each as it may be written, with true if the surrounding base64 belongs to it */
export function plainRedact(
  text: string,
  forms: readonly (readonly [form: string, widen: boolean])[],
): string {
  const hidden = new Array<boolean>(text.length).fill(false);
  const isBase64 = (at: number): boolean => /[A-Za-z0-9+/=_-]/.test(text.charAt(at));
  for (const [form, widen] of forms)
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
      let [start, end] = [at, at + form.length];
      while (widen && isBase64(start - 1)) start--;
      while (widen && isBase64(end)) end++;
      hidden.fill(true, start, end);
    }
  let result = "";
  for (let at = 0; at < text.length; at++)
    if (!hidden[at]) result += text.charAt(at);
    else if (!hidden[at - 1]) result += MASK;
  for (const [form, left] of KNOWN_FORMS) result = result.replace(form, left);
  return result;
}
