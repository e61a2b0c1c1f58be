import { type Clock, systemClock } from "../clock";
import { shown, shownInLine } from "../text/shown";
import { Outbox, Row } from "./line-queue";
import { counterFirst, stackRowOf } from "./stack-row";
import type { Engine, LogLine } from "./engine";

/** Maximum characters of a status, which only gets the rest of a terminal row. */
const LONGEST_STATUS = 300;

/** Reports what an operation does: on the resource's row under Pulumi, as plain lines elsewhere. */
export interface Reporter {
  /** The current status; replaces the previous one. Omitted if it is unchanged, or replaced before it was sent. */
  status(text: string): void;
  /** A permanent line. */
  info(text: string): void;
  warn(text: string): void;
  /** Call this before a wait that Ctrl-C should end. If Ctrl-C cannot be detected, reports that once per process. */
  waits(): void;
  /** Resolves when all permanent lines were delivered; await it before an operation returns. */
  flush(): Promise<void>;
}

const DEAF =
  "This version of @pulumi/pulumi does not forward Ctrl-C to providers. The run stops only after the deployment finishes, and the " +
  "app is then recorded. Pressing Ctrl-C twice stops the run at once; then run pulumi refresh --clear-pending-creates and " +
  "pulumi up, which explains how to adopt an app that was not recorded.";

/** Engines that already received this message. */
const told = new WeakSet<Engine>();

const outboxes = new WeakMap<Engine, Outbox>();

function outboxOf(engine: Engine, clock: Clock): Outbox {
  let outbox = outboxes.get(engine);
  if (outbox === undefined) outboxes.set(engine, (outbox = new Outbox(engine, clock)));
  return outbox;
}

/** Below this width, Pulumi's list of changed properties leaves no room for a status after it. */
const NARROW = 120;

/** How a reporter uses the rows. */
export interface Rows {
  /** The resource's row shows which properties change. */
  readonly hasDiff?: boolean;
  /** Width of the terminal; undefined if there is none. */
  readonly columns?: (() => number | undefined) | undefined;
  /** Prefix of each line on the resource's row. @default none */
  readonly label?: () => string;
}

/**
 * @param engine undefined if Pulumi did not start the process; every line then goes to `print`
 * @param urn URN of the row's resource
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
  /** Uses only one row, since without a terminal each change of a row prints a line. */
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

/** A reporter that changes each text before reporting it. */
export function mappingReporter(reporter: Reporter, change: (text: string) => string): Reporter {
  return {
    ...reporter,
    status: (text) => reporter.status(change(text)),
    info: (text) => reporter.info(change(text)),
    warn: (text) => reporter.warn(change(text)),
  };
}
