import { stampOf } from "../service/log-archives";

/** Limits of remembered lines: far more than arrive during a reconnect. */
const MOST_LINES = 5_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/**
 * Remembers the last lines of a log, and detects lines that a new connection repeats: remembered ones, and those older than all
 * remembered ones. Lines without a timestamp count as repeated only until the first new line, since a log may contain equal
 * lines.
 */
export class LineMemory {
  private readonly lines: string[] = [];
  private characters = 0;
  private given = new Map<string, number>();
  private oldest: string | undefined;
  private replaying = false;
  private beforeAll = false;

  /** True while no line was returned. */
  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  /** From now on, lines may repeat. */
  reconnected(): void {
    this.given = new Map();
    for (const line of this.lines) this.given.set(line, (this.given.get(line) ?? 0) + 1);
    this.oldest = this.lines.map(stampOf).find((stamp) => stamp !== undefined);
    this.replaying = this.lines.length > 0;
    this.beforeAll = false;
  }

  /** True for a new line, which is then remembered. */
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
    // Remove many at once: removing one from the front for each line would move all others each time.
    if (this.lines.length < 2 * MOST_LINES && this.characters < 2 * MOST_CHARACTERS) return;
    let keep = this.lines.length;
    for (let kept = 0; keep > 0 && this.lines.length - keep < MOST_LINES && kept < MOST_CHARACTERS; keep--)
      kept += this.lines[keep - 1]?.length ?? 0;
    this.lines.splice(0, keep);
    this.characters = this.lines.reduce((sum, { length }) => sum + length, 0);
  }
}
