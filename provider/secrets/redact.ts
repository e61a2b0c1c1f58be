import { CUT } from "../text/bounded";
import { printable } from "../text/printable";
import { isSpace } from "./characters";
import { beginnings, places, type Range } from "./ranges";
import { privateKeys } from "./private-keys";
import { formsOf } from "./encodings";

/** The replacement for a secret. */
const MASK = "***";

/**
 * Patterns of credentials that are always masked, with their replacements. Each pattern runs in linear time: no two match
 * attempts read the same text.
 */
const KNOWN_FORMS: readonly [RegExp, string][] = [
  [/\bBearer\s+[^\s"',;]+/gi, `Bearer ${MASK}`],
  [/(\bauthorization["':\s]+basic)\s+[^\s"',;]+/gi, `$1 ${MASK}`],
  [/\bdo[opr]_v1_[0-9a-z]+/gi, MASK],
  // The closing bracket is optional, since the text may be truncated within the value.
  [/\bEV(?:\[|%5B)[^\]\s]*\]?/gi, MASK],
  [/(\bhooks\.slack\.com\/[a-z]+\/)[\w/-]+/gi, `$1${MASK}`],
];

/**
 * `text` as it may be shown: without commands to terminals and CI runners (see `printable`), and with `***` in place of every
 * credential. Masks each of `secrets` with at least 3 characters, and each of its lines, also if it is URL-encoded, part of a JSON
 * string, in base64, or truncated. Also masks credentials with a known form: headers, DigitalOcean tokens, encrypted values
 * `EV[…]`, passwords in URLs, Slack webhooks, and private keys. Linear time.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const hidden = mask(text, secrets);
  const result = printable(hidden);
  // Removing invisible characters joins the parts of a secret.
  return result === hidden ? result : mask(result, secrets);
}

/** True for a text in which `redact` would mask something. */
export const holdsSecret = (text: string, secrets: readonly string[]): boolean =>
  [text, printable(text)].some((form) => mask(form, secrets) !== form);

/** True for a text that contains one of the secrets in any form. */
export const repeats = (text: string, secrets: readonly string[]): boolean =>
  places(text, formsOf(secrets)).length > 0;

function mask(text: string, secrets: readonly string[]): string {
  const forms = formsOf(secrets);
  const cuts = [...text.matchAll(CUT)].map(({ index }) => index);
  let result = masked(text, [...places(text, forms), ...beginnings(text, forms, cuts)]);
  for (const [form, left] of KNOWN_FORMS) result = result.replace(form, left);
  result = masked(result, passwords(result));
  return masked(result, privateKeys(result));
}

const [COLON, SLASH, AT] = [58, 47, 64];

/** Passwords before a host, as printed by programs that cannot reach their database. */
function passwords(text: string): Range[] {
  const found: Range[] = [];
  for (let from = text.indexOf("://"); from >= 0; from = text.indexOf("://", from)) {
    let colon = 0;
    let last = 0;
    for (from += 3; ; from++) {
      const code = text.charCodeAt(from);
      if (Number.isNaN(code) || code === SLASH || isSpace(code)) break;
      if (code === AT) {
        if (colon === 0) break;
        if (from > colon + 1) last = from;
      }
      if (code === COLON && colon === 0) colon = from;
    }
    if (last > 0) found.push([colon + 1, last]);
    // The colon may belong to the next URL.
    else if (colon > 0) from = colon;
  }
  return found;
}

/** Masks secrets in the message of an error and of its causes, in place. */
export function redactError(error: unknown, secrets: readonly string[]): void {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { message, stack } = at;
    set(at, "message", redact(message, secrets));
    // The stack repeats the message.
    if (stack !== undefined) set(at, "stack", redact(stack, secrets));
  }
}

/** The message of a DOMException, such as an abort reason, is read-only. */
function set(error: Error, name: "message" | "stack", value: string): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true });
}

/** Merges overlapping ranges, so that no part of a secret remains next to the mask of another. */
function masked(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  const parts: string[] = [];
  let done = 0;
  for (const [start, end] of inOrder(ranges)) {
    if (end <= done) continue;
    if (start >= done) parts.push(text.slice(done, start), MASK);
    done = end;
  }
  return parts.join("") + text.slice(done);
}

function inOrder(ranges: readonly Range[]): readonly Range[] {
  const isInOrder = ranges.every(([start], index) => start >= (ranges[index - 1]?.[0] ?? 0));
  return isInOrder ? ranges : [...ranges].sort(([one], [other]) => one - other);
}
