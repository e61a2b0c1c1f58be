import { isSpace, textOf } from "./characters";
import type { Range } from "./ranges";

const isKeyText = textOf("A-Za-z0-9+/=");

/** So much text of a key in one piece is one. */
const SHORTEST_TEXT = 16;
const [LINE_FEED, BACKSLASH] = [10, 92];

/**
 * The private keys in a text: from the first line of a key to its last. A last line without a first one counts from the
 * beginning of the text, as the beginning may have been cut off; a first line without a last one counts with the lines after
 * it that contain text of a key. Takes time in proportion to the length of the text. Pure.
 */
export function privateKeys(text: string): Range[] {
  const found: Range[] = [];
  const lines = new Lines(text);
  let begun: Range | undefined = [0, 0];
  let done = 0;
  const cutOff = (): void => {
    // One that begins in the midst of another ends where that does.
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
  /** Undefined where it is no mark of a private key, but of a certificate for example. */
  readonly end: number | undefined;
}

/** Where `-----BEGIN` and `-----END` stand. */
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
  /** The last text of a key in it; -1 where there is none. */
  readonly keyAt: number;
  readonly keyEnd: number;
  /** From here on it contains nothing but white space and line breaks as JSON writes them. */
  readonly blankFrom: number;
}

/** The lines of a text. Asked for from front to back, each is examined once, or twice. */
class Lines {
  private current: Line | undefined;

  constructor(private readonly text: string) {}

  /** Where the key ends whose first line ends at `at`. */
  endOfKey(at: number): number {
    let end = at;
    for (let from = at; from < this.text.length;) {
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

  /** Where the key begins in a run of its characters: behind what separates its lines. */
  private keyIn(at: number, start: number): number | undefined {
    const before = this.text.charCodeAt(at - 1);
    if (at === start || isSpace(before) || this.text.startsWith("-----", at - 5)) return at;
    // A line break as JSON writes it, whose letter looks like one of the key.
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
