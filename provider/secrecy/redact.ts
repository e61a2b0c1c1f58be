import { writtenForms } from "./written-forms";

/** What stands where something secret stood. */
const MASK = "***";

const KEY = "PRIVATE KEY-----";
const KEY_BEGINS = `-----BEGIN [A-Z ]*${KEY}`;

/** Credentials that are recognised without being told, and what is left of them. */
const KNOWN_FORMS: readonly [RegExp, string][] = [
  [/\bBearer\s+[^\s"',;]+/gi, `Bearer ${MASK}`],
  [/(\bauthorization["':\s]+basic)\s+[^\s"',;]+/gi, `$1 ${MASK}`],
  [/\bdo[opr]_v1_[0-9a-z]+/gi, MASK],
  // The closing bracket is optional, as the text may have been cut off in the middle of the value.
  [/\bEV(?:\[|%5B)[^\]\s]*\]?/gi, MASK],
  // A password before a host, as programs print it that cannot reach their database.
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, `$1:${MASK}@`],
  [/(\bhooks\.slack\.com\/[a-z]+\/)[\w/-]+/gi, `$1${MASK}`],
  // Private keys over several lines, whose beginning may have been cut off, or whose end.
  [new RegExp(`(?:${KEY_BEGINS}|^)(?:(?!-----BEGIN)[^])*?-----END [A-Z ]*${KEY}`, "g"), MASK],
  [new RegExp(`${KEY_BEGINS}(?:(?:\\s|\\\\n)+(?:\\S+ +)*[A-Za-z0-9+/=]{16,})*`, "g"), MASK],
];

/**
 * `text` with every credential replaced by `***`: each of `secrets` (from 3 characters on, and each of its lines), also
 * where it is written URL-encoded, as part of a JSON text or in base64; and what is known by its looks: headers,
 * DigitalOcean tokens, encrypted values `EV[…]`, passwords in addresses, Slack webhooks and private keys.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let result = masked(text, placesOf(text, secrets));
  for (const [form, left] of KNOWN_FORMS) result = result.replace(form, left);
  return result;
}

/** An error whose own words may repeat a secret, and those of the errors behind it; changed in place, as errors are. */
export function redactError(error: unknown, secrets: readonly string[]): void {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { message, stack } = at;
    set(at, "message", redact(message, secrets));
    // The stack repeats the message.
    if (stack !== undefined) set(at, "stack", redact(stack, secrets));
  }
}

/** A DOMException, as an aborted signal has it, takes no assignment to its message. */
function set(error: Error, name: "message" | "stack", value: string): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

type Range = [start: number, end: number];

function placesOf(text: string, secrets: readonly string[]): Range[] {
  const found: Range[] = [];
  for (const secret of secrets)
    for (const { form, widen } of writtenForms(secret))
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
        found.push(widen ? widened(text, at, at + form.length, widen) : [at, at + form.length]);
  return found.sort(([one], [other]) => one - other);
}

function widened(text: string, from: number, to: number, by: RegExp): Range {
  let [start, end] = [from, to];
  while (start > 0 && by.test(text.charAt(start - 1))) start--;
  while (end < text.length && by.test(text.charAt(end))) end++;
  return [start, end];
}

/** Places that overlap become one: the rest of a secret must not stay beside the mask of another. */
function masked(text: string, ranges: readonly Range[]): string {
  let result = "";
  let done = 0;
  for (const [start, end] of ranges) {
    if (end <= done) continue;
    if (start >= done) result += text.slice(done, start) + MASK;
    done = end;
  }
  return result + text.slice(done);
}
