import { type Clock, systemClock } from "../clock";
import { shown, shownInLine } from "../text/shown";
import { Outbox, Row } from "./line-queue";
import { counterFirst, stackRowOf } from "./stack-row";
import type { Engine, LogLine } from "./engine";

/** Of a status; it has what is left of a row of the terminal. */
const LONGEST_STATUS = 300;

/** Where an operation tells what it does: on the resource's row under Pulumi, as plain lines elsewhere. */
export interface Reporter {
  /** What goes on right now; replaces the line before. Left out where it repeats it, or is replaced before it was sent. */
  status(text: string): void;
  /** Worth keeping. */
  info(text: string): void;
  warn(text: string): void;
  /** A wait begins that Ctrl-C ought to end. Where it cannot, that is said, once in the process. */
  waits(): void;
  /** Resolves when everything said has arrived that is worth keeping; to be awaited before an operation ends. */
  flush(): Promise<void>;
}

const DEAF =
  "This version of @pulumi/pulumi passes Ctrl-C on to nobody: it is noticed only when the deployment has ended, and the app is " +
  "recorded then. Pressed twice it ends the run at once; then run: pulumi refresh --clear-pending-creates, and pulumi up, " +
  "which says how to take over an app that was not recorded.";

/** Engines whose users know. */
const told = new WeakSet<Engine>();

const outboxes = new WeakMap<Engine, Outbox>();

function outboxOf(engine: Engine, clock: Clock): Outbox {
  let outbox = outboxes.get(engine);
  if (outbox === undefined) outboxes.set(engine, (outbox = new Outbox(engine, clock)));
  return outbox;
}

/** Below so many columns Pulumi's list of changed properties leaves nothing of a status that comes after it. */
const NARROW = 120;

/** How a reporter uses the rows. */
export interface Rows {
  /** The resource's row shows which properties change. */
  readonly hasDiff?: boolean;
  /** Of the terminal; undefined where there is none. */
  readonly columns?: (() => number | undefined) | undefined;
  /** What begins each line on the resource's row. @default nothing */
  readonly label?: () => string;
}

/**
 * @param engine undefined where Pulumi does not run the process; then every line goes to `print`
 * @param urn of the resource whose row it is
 */
export function createReporter(
  engine: Engine | undefined,
  urn: string | undefined,
  clock: Clock = systemClock,
  print: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
  { hasDiff = false, columns = () => undefined, label = () => "" }: Rows = {},
): Reporter {
  let last = "";
  const row = engine && new Row(outboxOf(engine, clock));
  const send = (severity: LogLine["severity"], text: string, ephemeral: boolean, begin = label()): void => {
    const line = begin + text;
    const message = ephemeral ? shownInLine(line, LONGEST_STATUS) : shown(line);
    if (!row) return print(message);
    row.say({ severity, message, urn, ephemeral });
  };
  const name = urn?.split("::").at(-1) ?? "";
  const stack = engine && stackRowOf(engine);
  /** On one row only: where the output is no terminal, each row that changes is a line. */
  const pass = (text: string): void => {
    if (!row || !stack?.isNarrow(NARROW, columns, clock)) return send("info", text, true);
    if (!hasDiff) return send("info", counterFirst(text), true, "");
    const message = shownInLine(stack.show(name, text), LONGEST_STATUS);
    row.say({ severity: "info", message, ephemeral: true });
  };
  return {
    status(text) {
      if (text === last) return;
      last = text;
      pass(text);
    },
    info: (text) => send("info", text, false),
    warn: (text) => send("warning", text, false),
    waits() {
      if (!engine || engine.hearsCtrlC || told.has(engine)) return;
      told.add(engine);
      send("info", DEAF, false);
    },
    flush() {
      stack?.leave(name);
      return row?.flush() ?? Promise.resolve();
    },
  };
}

/** The same reporter, for texts that are changed first. */
export function mappingReporter(reporter: Reporter, change: (text: string) => string): Reporter {
  return {
    ...reporter,
    status: (text) => reporter.status(change(text)),
    info: (text) => reporter.info(change(text)),
    warn: (text) => reporter.warn(change(text)),
  };
}
