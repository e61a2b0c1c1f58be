import { readFileSync } from "node:fs";
import { AppPlatformError } from "../errors";
import { loadSpec } from "../load-spec";
import { printableJson } from "../text/json";
import { printable } from "../text/printable";
import { describeAll } from "../appspec/describe";
import { SpecFileError } from "../appspec/file-error";
import { displayPath } from "../appspec/lists-by-name";
import { parseSpec } from "../appspec/parse";
import type { Problem } from "../appspec/problem";
import { validate as check } from "../appspec/validate";
import { contentOf, paint, UsageError, type Command, type Io } from "./command";

/** One problem, as printed by `--json`. */
interface Finding {
  readonly file: string;
  readonly severity: Problem["severity"];
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** By name, such as `spec.services.web.http_port`. */
  readonly path?: string;
  /** From 1. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** The other places of a repeated item. */
  readonly also?: readonly { line: number; column: number }[];
  /** The message for the terminal. */
  readonly text: string;
}

export const validate: Command = {
  summary: "check an AppSpec offline",
  help: `Usage: app-platform validate <file>... [options]

Checks AppSpecs in YAML or JSON, and deploy templates; - reads standard input.
Requires no token and no network.

Options:
  --allow-unknown   warn about unknown, misplaced and misspelled fields and
                    words, instead of rejecting them
  --json            print a JSON list of problems: file, line, column, path,
                    severity, code, message, hint, also (other places)

Exit codes: 0 no errors (there may be warnings), 1 errors, 2 a file cannot be
read.
`,
  options: { json: { type: "boolean" }, "allow-unknown": { type: "boolean" } },
  async run(values, files, io) {
    if (files.length === 0) throw new UsageError("missing argument: <file>");
    const found: Finding[] = [];
    let unreadable = false;
    for (const file of files) {
      const input = file === "-" ? await contentOf(file, io) : undefined;
      const name = input?.name ?? file;
      const { findings, readable } = findingsIn(name, values["allow-unknown"] === true, input?.content);
      found.push(...findings);
      unreadable ||= !readable;
      if (values["json"] !== true) await tell(name, findings, io);
    }
    if (values["json"] === true) {
      const shown = found.map(({ text: _text, ...rest }) => rest);
      await io.out(`${printableJson(shown)}\n`);
    }
    if (unreadable) return 2;
    return found.some(({ severity }) => severity === "error") ? 1 : 0;
  },
};

const CONTENT = new Set(["missing", "not-a-file", "unreadable"]);

/** @param content of standard input; otherwise the file is read */
function findingsIn(
  file: string,
  allowUnknown: boolean,
  content?: string,
): { findings: Finding[]; readable: boolean } {
  try {
    const spec = content === undefined ? loadSpec(file) : parseSpec(content, { file }).spec;
    const source = { ...parseSpec(content ?? readFileSync(file, "utf8"), { file }), file };
    const described = describeAll(check(spec, { allowUnknown }), spec, source);
    const findings = described.map(({ problem, places, text }): Finding => {
      const { severity, code, path, message, hint } = problem;
      const [last, ...others] = places.map(({ line, column }) => ({ line, column })).reverse();
      const also = others.length > 0 && { also: others.reverse() };
      return { file, severity, code, path: displayPath(spec, path), message, hint, ...last, ...also, text };
    });
    return { findings, readable: true };
  } catch (error) {
    if (!(error instanceof AppPlatformError)) throw error;
    const { reason, line, column, what, hint, specPath } =
      error instanceof SpecFileError ? error : ({} as Partial<SpecFileError>);
    const code = reason ?? error.errorCode;
    const text = error.message;
    const where = specPath !== undefined && { path: specPath };
    const finding: Finding = {
      file,
      severity: "error",
      code,
      message: what ?? text,
      hint,
      ...where,
      line,
      column,
      text,
    };
    return { findings: [finding], readable: !CONTENT.has(code) };
  }
}

async function tell(file: string, findings: readonly Finding[], io: Io): Promise<void> {
  for (const { severity, text } of findings) {
    const label = paint(`${severity}:`, severity === "error" ? "red" : "yellow", io.errColors);
    io.err(`${label} ${printable(text)}\n`);
  }
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const warnings = findings.length - errors;
  const counts = [errors && count(errors, "error"), warnings && count(warnings, "warning")].filter(Boolean);
  const verdict = errors > 0 ? paint("not valid", "red", io.colors) : paint("valid", "green", io.colors);
  await io.out(`${file}: ${verdict}${counts.length > 0 ? ` (${counts.join(", ")})` : ""}\n`);
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;
