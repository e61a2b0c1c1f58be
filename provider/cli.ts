#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import { text as readAll } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { INTERRUPTED, meant, paint, UsageError, type Command, type Io } from "./cli/command";
import { cancel, deployments } from "./cli/deployments";
import { importFile } from "./cli/import";
import { init } from "./cli/init";
import { logs } from "./cli/logs";
import { migrate } from "./cli/migrate";
import { open } from "./cli/open";
import { orphans } from "./cli/orphans";
import { report } from "./cli/report";
import { restart } from "./cli/restart";
import { rollback } from "./cli/rollback";
import { spec } from "./cli/spec";
import { status } from "./cli/status";
import { validate } from "./cli/validate";
import { ownVersion } from "./cli/version";
import { redact } from "./secrets/redact";
import { printable } from "./text/printable";

const COMMANDS: Readonly<Record<string, Command>> = {
  init,
  status,
  open,
  logs,
  deployments,
  cancel,
  restart,
  rollback,
  spec,
  validate,
  import: importFile,
  migrate,
  report,
  orphans,
};

const HELP = `Usage: app-platform <command> [options]

Inspects and checks apps on the DigitalOcean App Platform.

Commands:
${Object.entries(COMMANDS)
  .map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`)
  .join("\n")}

Options:
  --help       show this help, or the help of a command
  --version    show the version

Exit codes: 0 success, 1 failure, 2 usage error, 130 after Ctrl-C.

Environment:
  DIGITALOCEAN_TOKEN     API token (or DIGITALOCEAN_ACCESS_TOKEN)
  DIGITALOCEAN_API_URL   API address, for example of an emulator
`;

async function shown(help: string, io: Io): Promise<number> {
  await io.out(help);
  return 0;
}

function commandNamed(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw new UsageError(`unknown command ${name}${meant(name, Object.keys(COMMANDS))}`);
  return command;
}

/** Replaces Node's message for an unknown option, whose advice is unhelpful. */
function parsedArgs(args: string[], options: Command["options"]) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    const unknown =
      code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" && /^Unknown option '(-+[^']+)'/.exec(message)?.[1];
    if (!unknown) throw new UsageError(message);
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`unknown option ${unknown}${meant(unknown, names)}`);
  }
}

async function run(args: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--version" || name === "-v" || name === "version") return shown(`${ownVersion()}\n`, io);
  if (name === undefined) {
    io.err(HELP);
    return 2;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    const [topic] = rest;
    return shown(topic === undefined ? HELP : commandNamed(topic).help, io);
  }
  const command = commandNamed(name);
  const options = { ...command.options, help: { type: "boolean", short: "h" } } as const;
  const parsed = parsedArgs(rest, options);
  if (parsed.values["help"] === true) return shown(command.help, io);
  return command.run(parsed.values, parsed.positionals, io);
}

/** Asks on standard error, since standard output may be redirected. */
async function asked(question: string, signal: AbortSignal): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
  }
}

async function main(): Promise<number> {
  const stop = new AbortController();
  // Once: a second Ctrl-C kills the process.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      // The reader closed the pipe, as `head` does when it has enough.
      if (code === "EPIPE") process.exit(0);
      if (stream === process.stdout) process.stderr.write(`error: cannot write the output (${code}).\n`);
      process.exit(1);
    });
  const shows = (stream: NodeJS.WriteStream): boolean =>
    stream.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb";
  const [colors, errColors] = [shows(process.stdout), shows(process.stderr)];
  const io: Io = {
    // The output may contain text from the service or from a file.
    out: (text) =>
      new Promise((resolve) =>
        process.stdout.write(printable(text, { colors })) ? resolve() : process.stdout.once("drain", resolve),
      ),
    err: (text) => void process.stderr.write(printable(text, { colors: errColors })),
    colors,
    errColors,
    env: process.env,
    signal: stop.signal,
    isTerminal: process.stdout.isTTY === true,
    input: () => readAll(process.stdin),
    ask: (question) => asked(question, stop.signal),
  };
  try {
    const stopped = new Promise<number>((resolve) => {
      stop.signal.addEventListener("abort", () => resolve(INTERRUPTED), { once: true });
    });
    return await Promise.race([run(process.argv.slice(2), io), stopped]);
  } catch (error) {
    if (stop.signal.aborted) return INTERRUPTED;
    const { message } = error as Error;
    io.err(`${paint("error:", "red", io.errColors)} ${redact(message)}\n`);
    if (!(error instanceof UsageError)) return 1;
    const [command = ""] = process.argv.slice(2);
    io.err(`Run app-platform ${Object.hasOwn(COMMANDS, command) ? `${command} ` : ""}--help for usage.\n`);
    return 2;
  }
}

void main().then((code) => {
  process.exitCode = code;
  // Keep-alive connections must not keep the process running.
  process.stdout.write("", () => process.stderr.write("", () => process.exit()));
});
