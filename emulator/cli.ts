#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SWITCHABLE, createEmulator, parseOtherwise, type EmulatorOptions, type LiveLogs } from "./index";
import { nameIn } from "./http/origin-guard";

const HELP = `Usage: app-platform-emulator [options]

Serves the DigitalOcean App Platform API from memory, on 127.0.0.1 only. Any
bearer token is accepted.

Options:
  --port N             port to listen on; 0 picks a free one (default 8787)
  --deploy-seconds N   how long a whole deployment takes (default 25)
  --otherwise ID       switch an assumption about the service to the opposite;
                       can be given more than once, see below. Those that
                       take time can be given seconds: deleted-at-once=5
  --rate-limit off|N   no limits, or N requests a minute
                       (default on: 250 a minute, 5000 an hour)
  --token TOKEN        accept this token only
  --scopes LIST        scopes of every token, such as app:read,project:read
                       (default: full access)
  --allow-host NAME    also accept this host name, such as a proxy's; can be
                       repeated (default: localhost and IP addresses)
  --snapshot FILE      keep apps, deployments and projects in FILE, even if
                       the process is killed (default: in memory)
  --live-logs KIND     addresses of live logs: http (default) or websocket
  --verbose            print a line for each request
  --quiet              print only errors
  --help, --version

Deployments that fail without a control call:
  build_command with "exit 1", or "false"    BuildJobExitNonZero
  run_command of the same kind               DeployContainerExitNonZero
  health_check.http_path beginning /fail     DeployContainerHealthChecksFailed

Assumptions that --otherwise switches; docs/assumptions.md explains them:
${SWITCHABLE.map((id) => `  ${id}\n`).join("")}
Controls for tests, without a token, below /_emulator: see the README.
`;

class UsageError extends Error {}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new UsageError(`--${name}: "${text}" is not a number of at least 0`);
  }
  return value;
}

function rateLimit(text: string | undefined): NonNullable<EmulatorOptions["rateLimit"]> {
  if (text === undefined || text === "on") return true;
  if (text === "off") return false;
  const perMinute = Number(text);
  if (!Number.isInteger(perMinute) || perMinute < 1) {
    throw new UsageError(`--rate-limit: "${text}" must be on, off, or a number of requests a minute`);
  }
  return { perMinute };
}

function switched(given: readonly string[]): NonNullable<EmulatorOptions["otherwise"]> {
  try {
    return parseOtherwise(given);
  } catch (error) {
    throw new UsageError(`--otherwise: ${(error as Error).message}`);
  }
}

function liveLogs(text: string | undefined): LiveLogs {
  if (text === undefined || text === "http" || text === "websocket") return text ?? "http";
  throw new UsageError(`--live-logs: "${text}" must be http or websocket`);
}

function scopes(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  const odd = names.find((name) => !/^[a-z_]+:[a-z_]+$/.test(name));
  if (odd === undefined) return names;
  throw new UsageError(`--scopes: "${odd}" is not a scope such as app:read`);
}

const OPTIONS = {
  port: { type: "string" },
  "deploy-seconds": { type: "string" },
  otherwise: { type: "string", multiple: true },
  "rate-limit": { type: "string" },
  token: { type: "string" },
  scopes: { type: "string" },
  "allow-host": { type: "string", multiple: true },
  snapshot: { type: "string" },
  "live-logs": { type: "string" },
  verbose: { type: "boolean" },
  quiet: { type: "boolean" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

function parse(args: string[]): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"] {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function version(): string {
  // One folder up from the compiled file; next to the source file.
  for (const folder of [join(__dirname, ".."), __dirname]) {
    try {
      const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
        name: string;
        version: string;
      };
      if (found.name === "app-platform-emulator") return found.version;
    } catch {
      continue;
    }
  }
  return "unknown";
}

async function main(): Promise<void> {
  const values = parse(process.argv.slice(2));
  if (values.help === true) return void process.stdout.write(HELP);
  if (values.version === true) return void console.log(version());
  const port = number("port", values.port) ?? 8787;
  if (!Number.isInteger(port) || port > 65535) throw new UsageError(`--port: "${values.port}" is not a port`);
  for (const name of ["token", "snapshot"] as const)
    if (values[name] === "") throw new UsageError(`--${name}: is empty`);
  const allowedHosts = values["allow-host"] ?? [];
  const odd = allowedHosts.find((name) => nameIn(name) !== name.toLowerCase());
  if (odd !== undefined) throw new UsageError(`--allow-host: "${odd}" is not a host name`);
  const deploySeconds = number("deploy-seconds", values["deploy-seconds"]);
  const otherwise = switched(values.otherwise ?? []);
  const emulator = await createEmulator({
    port,
    ...(values["rate-limit"] === undefined ? {} : { rateLimit: rateLimit(values["rate-limit"]) }),
    otherwise,
    ...(values["live-logs"] === undefined ? {} : { liveLogs: liveLogs(values["live-logs"]) }),
    allowedHosts,
    ...(values.scopes === undefined ? {} : { scopes: scopes(values.scopes) }),
    ...(values.token === undefined ? {} : { token: values.token }),
    ...(values.snapshot === undefined ? {} : { snapshot: values.snapshot }),
    ...(deploySeconds === undefined ? {} : { deploySeconds }),
    ...(values.verbose === true
      ? { onCall: (call) => console.log(`${call.method} ${call.path} ${call.status ?? "connection cut"}`) }
      : {}),
  });
  const stop = (): void =>
    void emulator.close().then(
      () => process.exit(0),
      (error: Error) => {
        console.error(`app-platform-emulator: ${error.message}`);
        process.exit(1);
      },
    );
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  if (values.quiet === true) return;
  const token = values.token === undefined ? "anything" : "… # the value of --token";
  console.log(`listening on ${emulator.url}
  export DIGITALOCEAN_API_URL=${emulator.url}
  export DIGITALOCEAN_TOKEN=${token}`);
}

main().catch((error: NodeJS.ErrnoException) => {
  const usage = error instanceof UsageError;
  const port = /:(\d+)$/.exec(error.message)?.[1] ?? "";
  const message =
    error.code === "EADDRINUSE"
      ? `port ${port} is in use; choose another with --port, or 0 for any`
      : error.message;
  console.error(`app-platform-emulator: ${message}${usage ? "\nTry --help." : ""}`);
  process.exitCode = usage ? 2 : 1;
});
