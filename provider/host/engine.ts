/**
 * The Pulumi engine, as far as it can be reached from the process in which a dynamic provider runs: log lines on a
 * resource's own row, and the news that the run is being stopped. Both depend on parts of `@pulumi/pulumi` that are not
 * public, so everything here fails quietly, and the rest works without it.
 */
export interface Engine {
  /** Sends a line to the row of the resource `urn`; resolves when it arrived, or could not. */
  log(line: LogLine): Promise<void>;
  /** Aborted when the user or the system stops the run, or the engine is gone. */
  readonly stopped: AbortSignal;
  /**
   * False where the engine was killed. The news of that may lag behind an answer of the service; this asks the system, which
   * knows at once.
   */
  isThere(): Promise<boolean>;
  /** False where Ctrl-C cannot be observed: a wait then lasts until what it waits for has ended. */
  readonly hearsCtrlC: boolean;
}

export interface LogLine {
  readonly severity: "info" | "warning";
  readonly message: string;
  /** Absent: the line lands on the stack's row. */
  readonly urn?: string | undefined;
  /** Shown on the row while the operation runs, not kept. */
  readonly ephemeral?: boolean;
}
