import type { Engine, LogLine } from "../host/engine";

/** Placeholder for a URN that is not known yet. */
const MARK = "late-row:";

interface LateRow {
  /** Label of the lines if they are sent to the stack's row. */
  readonly label: string;
  /** Permanent lines that wait for the URN; undefined once it is settled. */
  waiting: LogLine[] | undefined;
  urn: string | undefined;
}

/**
 * Rows of resources whose URN is not known yet. Pulumi would print an unknown row as a second one of the same resource, so
 * permanent lines wait for the URN. If it remains unknown, they go to the stack's row, with a label.
 */
export class LateRows {
  private readonly rows = new Map<string, LateRow>();
  /** The same engine, which also accepts the result of {@link open} as a URN. */
  readonly engine: Engine;

  constructor(engine: Engine) {
    const log = (line: LogLine): Promise<void> => this.log(engine, line);
    this.engine = {
      log,
      isThere: () => engine.isThere(),
      get stopped() {
        return engine.stopped;
      },
      get hearsCtrlC() {
        return engine.hearsCtrlC;
      },
    };
    this.send = (line) => engine.log(line);
  }

  private readonly send: (line: LogLine) => Promise<void>;

  /** @returns a placeholder for the row's URN, which also ends with `::` and a name */
  open(label: string): string {
    const row = `${MARK}${this.rows.size + 1}::${label}`;
    this.rows.set(row, { label, waiting: [], urn: undefined });
    return row;
  }

  /** Sends the waiting lines. @param urn undefined if it remains unknown, to use the stack's row */
  async settle(row: string, urn: string | undefined): Promise<void> {
    const late = this.rows.get(row);
    const waiting = late?.waiting;
    if (late === undefined || waiting === undefined) return;
    late.urn = urn;
    late.waiting = undefined;
    for (const line of waiting) await this.send(addressed(line, late));
  }

  private async log(engine: Engine, line: LogLine): Promise<void> {
    const late = this.rows.get(line.urn ?? "");
    if (late === undefined) return engine.log(line);
    if (late.waiting !== undefined && !line.ephemeral) return void late.waiting.push(line);
    return engine.log(addressed(line, late));
  }
}

function addressed(line: LogLine, { urn, label }: LateRow): LogLine {
  return urn === undefined
    ? { ...line, urn: undefined, message: `${label}: ${line.message}` }
    : { ...line, urn };
}
