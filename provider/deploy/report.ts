import type { Engine } from "../engine";

/** Where an operation tells what it does: on the resource's row under Pulumi, as plain lines elsewhere. */
export interface Reporter {
  /** What goes on right now; replaces the line before. Repeated lines are left out. */
  status(text: string): void;
  /** Worth keeping. */
  info(text: string): void;
  warn(text: string): void;
  /** Resolves when everything said has arrived; to be awaited before an operation ends. */
  flush(): Promise<void>;
}

/**
 * @param engine undefined where Pulumi does not run the process; then every line goes to `print`
 * @param urn of the resource whose row it is
 */
export function createReporter(
  engine: Engine | undefined,
  urn: string | undefined,
  print: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Reporter {
  let last = "";
  // One after the other, so that the lines keep their order.
  let sent: Promise<void> = Promise.resolve();
  const send = (severity: "info" | "warning", message: string, ephemeral: boolean): void => {
    if (!engine) return print(message);
    sent = sent.then(() => engine.log({ severity, message, urn, ephemeral }));
  };
  return {
    status(text) {
      if (text === last) return;
      last = text;
      send("info", text, true);
    },
    info: (text) => send("info", text, false),
    warn: (text) => send("warning", text, false),
    flush: () => sent,
  };
}
