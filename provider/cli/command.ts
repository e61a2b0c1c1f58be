import { readFileSync } from "node:fs";
import type { ParseArgsConfig } from "node:util";
import { Client } from "../api/client";
import { serviceConfig } from "../service/config";
import { AppPlatformError, asAppPlatformError } from "../errors";
import type { App, Deployment } from "../api/types";
import { shownDeployments } from "../service/new-deployment";
import { appByNameOrId } from "../service/find";
import { nearest } from "../appspec/nearest";
import { shownInLine } from "../text/shown";

/** Input and output of a command; tests pass their own. */
export interface Io {
  /** Standard output, for results. Resolves when more can be written. */
  out(text: string): Promise<void>;
  /** Standard error, for errors and progress. */
  err(text: string): void;
  /** True if standard output is a terminal that shows colors. */
  readonly colors: boolean;
  /** The same for standard error. */
  readonly errColors: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The whole standard input. */
  input(): Promise<string>;
  /** True if a person uses the command: standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Asks on the terminal; undefined without one. */
  ask(question: string): Promise<string | undefined>;
}

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** @returns the exit code */
  run(values: Values, positionals: string[], io: Io): Promise<number>;
}

/** A usage error: exit code 2. */
export class UsageError extends Error {}

/**
 * Asks before a write, unless `--yes` is set.
 * @throws UsageError without a terminal; AppPlatformError `interrupted` if the answer is not yes
 */
export async function confirm(values: Values, io: Io, question: string): Promise<void> {
  if (values["yes"] === true) return;
  const answer = await io.ask(`${shownInLine(question)} [y/N] `);
  if (answer === undefined)
    throw new UsageError("cannot ask for confirmation without a terminal: add --yes to proceed");
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new AppPlatformError("interrupted", "Canceled. Nothing was changed.");
}

/** The content of a file, or of standard input for `-`. */
export async function contentOf(file: string, io: Io): Promise<{ name: string; content: string }> {
  if (file === "-") return { name: "standard input", content: await io.input() };
  try {
    return { name: file, content: readFileSync(file, "utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppPlatformError("invalid-input", `${file} cannot be read (${code ?? message}).`);
  }
}

/** Suffix for the message about an unknown name: suggests a similar name, if one exists. */
export function meant(word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Exit code after Ctrl-C, as in shells. */
export const INTERRUPTED = 130;

const COLORS = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90 } as const;

export const paint = (text: string, color: keyof typeof COLORS, colors: boolean): string =>
  colors ? `\u001b[${COLORS[color]}m${text}\u001b[0m` : text;

/** The only argument of a command. @throws UsageError */
export function only(positionals: readonly string[], what: string): string {
  const [one, ...more] = positionals;
  if (one === undefined || one === "") throw new UsageError(`missing argument: <${what}>`);
  if (more.length > 0) throw new UsageError(`unexpected argument: ${more.join(" ")}`);
  return one;
}

/** The option as a string. */
export function text(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** The option as a whole number of at least `least`. @throws UsageError */
export function whole(values: Values, name: string, least: number, most = Infinity): number | undefined {
  const given = text(values, name);
  if (given === undefined) return undefined;
  const number = Number(given);
  if (/^\d+$/.test(given) && number >= least && number <= most) return number;
  const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`--${name}: "${given}" is not a whole number ${range}`);
}

/** A client for the service that the environment configures. */
export function clientOf(io: Io): Client {
  try {
    return new Client(serviceConfig(io.env, () => undefined));
  } catch (error) {
    if (!(error instanceof AppPlatformError) || error.errorCode !== "missing-token") throw error;
    throw new AppPlatformError("missing-token", "No token: set DIGITALOCEAN_TOKEN.");
  }
}

/** The same; undefined without a token. */
export function clientIfToken(io: Io): Client | undefined {
  try {
    return clientOf(io);
  } catch (error) {
    if (asAppPlatformError(error).errorCode !== "missing-token") throw error;
    return undefined;
  }
}

/** The app with this name or id. */
export const appOf = (client: Client, argument: string): Promise<App> => appByNameOrId(client, argument);

/** The newest deployment that the app's response contains; one that it calls pending may have finished long ago. */
export const newestIn = (app: App): Deployment | undefined =>
  [...shownDeployments(app)].sort(
    (a, b) => Date.parse(b.created_at ?? "") - Date.parse(a.created_at ?? ""),
  )[0];

const LONGEST_CELL = 200;

/** Rows with aligned columns and no trailing spaces. Cells may contain text from the service. */
export function table(cells: readonly (readonly string[])[]): string {
  const rows = cells.map((row) => row.map((cell) => shownInLine(cell, LONGEST_CELL)));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}
