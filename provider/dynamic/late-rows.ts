import type { Engine, LogLine } from "../host/engine";

/** What stands for a URN that is not known yet. */
const MARK = "late-row:";

interface LateRow {
  /** What the lines are about, where they land on the stack's row. */
  readonly label: string;
  /** Lines worth keeping that wait for the URN; undefined once it was settled. */
  waiting: LogLine[] | undefined;
  urn: string | undefined;
}

/**
 * Rows of resources whose URN is not known yet. A row that does not exist would be printed as a second one of the same
 * resource; so lines worth keeping wait until it is known, and go to the stack's row, with a label, if it never is.
 */
export class LateRows {
  private readonly rows = new Map<string, LateRow>();
  /** The same engine, which takes what {@link open} returns for a URN. */
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

  /** @returns what stands for the URN of the row; as in one, what follows the last `::` is a name */
  open(label: string): string {
    const row = `${MARK}${this.rows.size + 1}::${label}`;
    this.rows.set(row, { label, waiting: [], urn: undefined });
    return row;
  }

  /** Sends what waits. @param urn undefined: nobody knows it, and the stack's row has to do */
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
