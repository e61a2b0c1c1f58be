/**
 * Access to the Pulumi engine from the process of a dynamic provider: log lines on a resource's own row, and notification when
 * the run is being stopped. Both depend on internals of `@pulumi/pulumi`, so everything here fails silently, and the provider
 * works without it.
 */
export interface Engine {
  /** Sends a line to the row of the resource `urn`; resolves when it was delivered or failed. */
  log(line: LogLine): Promise<void>;
  /** Aborted when the user or the system stops the run, or the engine is gone. */
  readonly stopped: AbortSignal;
  /**
   * False if the engine was killed. `stopped` may lag behind a response of the service; this checks with the operating system,
   * which knows at once.
   */
  isThere(): Promise<boolean>;
  /** False if Ctrl-C cannot be detected: waits then last until the operation has finished. */
  readonly hearsCtrlC: boolean;
}

export interface LogLine {
  readonly severity: "info" | "warning";
  readonly message: string;
  /** Absent for the stack's row. */
  readonly urn?: string | undefined;
  /** Shown on the row only while the operation is running. */
  readonly ephemeral?: boolean;
}
