import type { Clock } from "../clock";
import type { Engine, LogLine } from "./engine";

/**
 * Maximum number of lines in flight. Each line is a request, for which Node retains about ten kilobytes until its next full
 * garbage collection. Status lines are also limited when hundreds of resources change together.
 */
const AT_ONCE = 8;
/** Burst limit of status lines… */
const MOST_PASSING = 20;
/** …and the interval after which one more is allowed, in milliseconds. */
const PASSING_EVERY_MS = 100;

/** Sends the lines of all rows to the engine. Waiting rows take turns; permanent lines go first. */
export class Outbox {
  /** Rows whose next line is permanent, and rows whose next line is a status. */
  private readonly kept = new Set<Row>();
  private readonly passing = new Set<Row>();
  private underway = 0;
  /** Token bucket of status lines: how many may be sent, as of `filledAt`. */
  private allowed = MOST_PASSING;
  private filledAt: number;
  private isWaiting = false;

  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
  ) {
    this.filledAt = clock.now();
  }

  /** Queues the row's next line. */
  offer(row: Row): void {
    (row.next?.ephemeral ? this.passing : this.kept).add(row);
    this.sendNext();
  }

  private sendNext(): void {
    for (const row of this.kept) {
      if (this.underway >= AT_ONCE) return;
      this.kept.delete(row);
      this.send(row);
    }
    for (const row of this.passing) {
      if (this.underway >= AT_ONCE) return;
      if (row.next?.ephemeral && !this.mayPass()) return this.waitForTurn();
      this.passing.delete(row);
      this.send(row);
    }
  }

  private send(row: Row): void {
    const line = row.take();
    if (line === undefined) return;
    if (line.ephemeral) this.allowed -= 1;
    this.underway += 1;
    void this.engine.log(line).finally(() => {
      this.underway -= 1;
      row.arrived();
      this.sendNext();
    });
  }

  private mayPass(): boolean {
    const now = this.clock.now();
    const filled = Math.floor((now - this.filledAt) / PASSING_EVERY_MS);
    if (filled > 0) {
      this.allowed = Math.min(MOST_PASSING, this.allowed + filled);
      this.filledAt = now;
    }
    return this.allowed > 0;
  }

  private waitForTurn(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    void this.clock.sleep(PASSING_EVERY_MS).then(() => {
      this.isWaiting = false;
      this.sendNext();
    });
  }
}

/** The lines of one row, sent one after the other to keep their order. */
export class Row {
  private readonly lines: LogLine[] = [];
  private isUnderway = false;
  private flushed: { readonly done: Promise<void>; readonly resolve: () => void } | undefined;

  constructor(private readonly outbox: Outbox) {}

  say(line: LogLine): void {
    this.dropOutOfDate();
    this.lines.push(line);
    if (!this.isUnderway) this.outbox.offer(this);
  }

  get next(): LogLine | undefined {
    return this.isUnderway ? undefined : this.lines[0];
  }

  /** For the outbox: the line to send now. */
  take(): LogLine | undefined {
    if (this.isUnderway) return undefined;
    const line = this.lines.shift();
    this.isUnderway = line !== undefined;
    return line;
  }

  /** For the outbox: the line was delivered. */
  arrived(): void {
    this.isUnderway = false;
    if (this.lines.length > 0) return this.outbox.offer(this);
    this.flushed?.resolve();
    this.flushed = undefined;
  }

  /** Resolves when all lines were delivered, except an outdated status line. */
  flush(): Promise<void> {
    this.dropOutOfDate();
    if (!this.isUnderway && this.lines.length === 0) return Promise.resolve();
    if (this.flushed === undefined) {
      let resolve = (): void => {};
      const done = new Promise<void>((ended) => (resolve = ended));
      this.flushed = { done, resolve };
    }
    return this.flushed.done;
  }

  /** Drops an unsent status line that is outdated, to keep load off a busy engine. */
  private dropOutOfDate(): void {
    if (this.lines.at(-1)?.ephemeral) this.lines.pop();
  }
}
