import { isSpace, textOf } from "./characters";
import type { Range } from "./ranges";

const isKeyText = textOf("A-Za-z0-9+/=");

/** Minimum run of key characters that counts as a key. */
const SHORTEST_TEXT = 16;
const [LINE_FEED, BACKSLASH] = [10, 92];

/**
 * The ranges of private keys in a text, from BEGIN to END line. An END line without a BEGIN line counts from the start of
 * the text, which may be truncated; a BEGIN line without an END line includes the following lines that look like key text.
 * Linear time. Pure.
 */
export function privateKeys(text: string): Range[] {
  const found: Range[] = [];
  const lines = new Lines(text);
  let begun: Range | undefined = [0, 0];
  let done = 0;
  const cutOff = (): void => {
    // A key that starts inside another ends with it.
    if (!begun || begun[1] === 0 || begun[0] < done) return;
    done = lines.endOfKey(begun[1]);
    found.push([begun[0], done]);
  };
  for (const { kind, start, end } of marks(text)) {
    if (kind === "begin") {
      cutOff();
      begun = end === undefined ? undefined : [start, end];
    } else if (end !== undefined) {
      if (begun) found.push([begun[0], end]);
      begun = undefined;
    }
  }
  cutOff();
  return found;
}

interface Mark {
  readonly kind: "begin" | "end";
  readonly start: number;
  /** Undefined if the marker is not of a private key, but of a certificate, for example. */
  readonly end: number | undefined;
}

/** Positions of `-----BEGIN` and `-----END`. */
function marks(text: string): Mark[] {
  const found: Mark[] = [];
  let dashes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (dashes >= 5 && (code === LETTER_B || code === LETTER_E)) {
      const kind = text.startsWith("BEGIN", at) ? "begin" : text.startsWith("END", at) ? "end" : undefined;
      if (kind) found.push({ kind, start: at - 5, end: afterMark(text, at + kind.length) });
    }
    dashes = code === DASH ? dashes + 1 : 0;
  }
  return found;
}

const [SPACE, DASH, LETTER_A, LETTER_B, LETTER_E, LETTER_Z] = [32, 45, 65, 66, 69, 90];

function afterMark(text: string, at: number): number | undefined {
  if (text.charCodeAt(at) !== SPACE) return undefined;
  let end = at;
  for (let code = SPACE; code === SPACE || (code >= LETTER_A && code <= LETTER_Z);)
    code = text.charCodeAt(++end);
  if (!text.startsWith("-----", end)) return undefined;
  const isKey = text.endsWith("PRIVATE KEY", end) || text.endsWith("PRIVATE KEY BLOCK", end);
  return isKey ? end + 5 : undefined;
}

interface Line {
  readonly start: number;
  readonly end: number;
  /** Position of the last key text in it, or -1. */
  readonly keyAt: number;
  readonly keyEnd: number;
  /** From here on, it contains only white space and JSON line breaks. */
  readonly blankFrom: number;
}

/** The lines of a text. Reading them front to back examines each at most twice. */
class Lines {
  private current: Line | undefined;

  constructor(private readonly text: string) {}

  /** End of the key whose first line ends at `at`. */
  endOfKey(at: number): number {
    let end = at;
    for (let from = at; from < this.text.length;) {
      // Only saves time: what remains of the line is empty.
      if (this.text.charCodeAt(from) === LINE_FEED) {
        from += 1;
        continue;
      }
      const line = this.lineAt(from);
      const hasKey = line.keyAt >= from;
      if (hasKey && (from > at || line.keyAt === at || this.isSeparated(at))) end = line.keyEnd;
      if (line.blankFrom > Math.max(end, from)) return end;
      from = line.end + 1;
    }
    return end;
  }

  private isSeparated(at: number): boolean {
    const next = this.text.charCodeAt(at);
    return next === BACKSLASH || isSpace(next);
  }

  private lineAt(at: number): Line {
    if (this.current === undefined || at < this.current.start || at > this.current.end)
      this.current = this.examine(at);
    return this.current;
  }

  private examine(at: number): Line {
    const { text } = this;
    let [start, keyAt, keyEnd] = [at, -1, -1];
    while (start > 0 && text.charCodeAt(start - 1) !== LINE_FEED) start--;
    let end = start;
    for (let begin = start; ; begin = ++end) {
      while (isKeyText(text.charCodeAt(end))) end++;
      const key = end - begin < SHORTEST_TEXT ? undefined : this.keyIn(begin, start);
      if (key !== undefined && end - key >= SHORTEST_TEXT) [keyAt, keyEnd] = [key, end];
      if (end >= text.length || text.charCodeAt(end) === LINE_FEED) break;
    }
    return { start, end, keyAt, keyEnd, blankFrom: this.blankFrom(start, end) };
  }

  /** Start of the key in a run of its characters, after the line separator. */
  private keyIn(at: number, start: number): number | undefined {
    const before = this.text.charCodeAt(at - 1);
    if (at === start || isSpace(before) || this.text.startsWith("-----", at - 5)) return at;
    // A JSON line break, whose letter looks like part of the key.
    return before === BACKSLASH && isBreakLetter(this.text.charCodeAt(at)) ? at + 1 : undefined;
  }

  private blankFrom(start: number, end: number): number {
    let at = end;
    while (at > start) {
      const code = this.text.charCodeAt(at - 1);
      const isBreak = isBreakLetter(code) && this.text.charCodeAt(at - 2) === BACKSLASH;
      if (!isBreak && code !== BACKSLASH && !isSpace(code)) break;
      at -= 1;
    }
    return at;
  }
}

const isBreakLetter = (code: number): boolean => code === 110 || code === 114;
