/** Remembered lines: far more than arrive while a connection is made anew. */
const MOST_LINES = 5_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** The time that a line of the service's logs begins with, behind the component's name, in a form that can be compared. */
export function stampOf(line: string): string | undefined {
  const [, seconds, fraction = ""] =
    /^.{0,100}?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?Z/.exec(line) ?? [];
  return seconds === undefined ? undefined : `${seconds}.${fraction.padEnd(9, "0")}`;
}

/**
 * Knows the last lines of a log, and which lines of a connection made anew were given before: those it remembers, and those
 * whose time lies before everything it remembers. Lines without a time count as given only until the first new one, since
 * they may simply say the same again.
 */
export class LineMemory {
  private readonly lines: string[] = [];
  private characters = 0;
  private given = new Map<string, number>();
  private oldest: string | undefined;
  private replaying = false;
  private beforeAll = false;

  /** Whether no line was given so far. */
  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  /** From now on lines may be told again. */
  reconnected(): void {
    this.given = new Map();
    for (const line of this.lines) this.given.set(line, (this.given.get(line) ?? 0) + 1);
    this.oldest = this.lines.map(stampOf).find((stamp) => stamp !== undefined);
    this.replaying = this.lines.length > 0;
    this.beforeAll = false;
  }

  /** True for a line that was not given yet; it counts as given then. */
  isNew(line: string): boolean {
    if (this.wasGiven(line)) return false;
    this.replaying = false;
    this.remember(line);
    return true;
  }

  private wasGiven(line: string): boolean {
    const stamp = stampOf(line);
    if (stamp === undefined && !this.replaying) return false;
    const times = this.given.get(line) ?? 0;
    if (times > 0) {
      this.given.set(line, times - 1);
      this.beforeAll = false;
      return true;
    }
    if (stamp === undefined) return this.beforeAll;
    return (this.beforeAll = this.oldest !== undefined && stamp < this.oldest);
  }

  private remember(line: string): void {
    this.lines.push(line);
    this.characters += line.length;
    // In one go, as taking one off the front for each line would move all of them each time.
    if (this.lines.length < 2 * MOST_LINES && this.characters < 2 * MOST_CHARACTERS) return;
    let keep = this.lines.length;
    for (let kept = 0; keep > 0 && this.lines.length - keep < MOST_LINES && kept < MOST_CHARACTERS; keep--)
      kept += this.lines[keep - 1]?.length ?? 0;
    this.lines.splice(0, keep);
    this.characters = this.lines.reduce((sum, { length }) => sum + length, 0);
  }
}
