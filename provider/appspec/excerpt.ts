import { hideUserInfo, SECRET_FIELDS } from "./problem";
import { mapShapes } from "./schema-shape";

const MASK = "***";
const WIDEST = 100;

/**
 * A line of a spec file with its number and a caret below the column, both counted from 1. Only values of known, non-secret
 * fields are shown, since a secret may also follow a misspelled field.
 */
export function excerptOf(lines: readonly string[], line: number, column: number): string {
  const shown = maskLine(lines, line - 1);
  const wanted = column > WIDEST - 20 ? column - WIDEST / 2 : 0;
  const start = Math.min(wanted, Math.max(shown.length - WIDEST, 0));
  // Prevents terminal escape sequences from the file.
  const text = shown.slice(start, start + WIDEST).replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
  const gutter = `  ${line} | `;
  const caret = Math.max(Math.min(column - 1 - start, text.length), 0);
  return `${gutter}${text}\n${" ".repeat(gutter.length - 2)}| ${" ".repeat(caret)}^`;
}

function maskLine(lines: readonly string[], index: number): string {
  const line = lines[index] ?? "";
  const body = line.slice(indentOf(line));
  if (/^[{}[\],\s]*$/.test(body)) return line;
  const indent = line.slice(0, indentOf(line));
  if (isInsideOpenQuotes(lines, index) || isBelowSecret(lines, index)) return indent + MASK;
  return indent + hideUserInfo(maskBody(body));
}

/** Possible field names, with a closing quote and the colon. */
const NAME = /([A-Za-z_][\w.-]*)(["']?)(\s*:)?/g;

function maskBody(body: string): string {
  const first = /^[{["',\s]*([A-Za-z_][\w.-]*)/.exec(body);
  if (!first || !isSafe(first[1] ?? "")) return maskAfterName(body);
  for (const found of body.matchAll(NAME)) {
    const [text, name = "", quote, colon] = found;
    const end = found.index + text.length;
    const isField = colon !== undefined && (quote !== "" || /^(\s|$)/.test(body.slice(end, end + 1)));
    if (SECRET_FIELDS.has(name) || (isField && !isSafe(name))) return `${body.slice(0, end)} ${MASK}`;
  }
  return body;
}

/** An unknown field name may be shown, but not its value. */
function maskAfterName(body: string): string {
  const field = /^[{["',\s]*[A-Za-z_][\w.-]*["']?\s*:(?=\s|$|["'[{])/.exec(body);
  return field ? `${field[0]} ${MASK}` : MASK;
}

let safe: ReadonlySet<string> | undefined;

/** Fields of the AppSpec whose values are not secret. */
function isSafe(field: string): boolean {
  safe ??= new Set(["spec", ...[...mapShapes().values()].flatMap(({ fields }) => [...fields.keys()])]);
  return safe.has(field) && !SECRET_FIELDS.has(field);
}

const FIELD = /^[\s-]*["']?([A-Za-z_][\w.-]*)["']?\s*:(?:\s+(.*))?$/;

const indentOf = (line: string): number => /^[\s-]*/.exec(line)?.[0].length ?? 0;

/** True if a less indented line above is a secret or unknown field, so that this line is part of its value. */
function isBelowSecret(lines: readonly string[], index: number): boolean {
  let depth = indentOf(lines[index] ?? "");
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const line = lines[at] ?? "";
    const field = FIELD.exec(line)?.[1];
    if (field === undefined || indentOf(line) >= depth) continue;
    if (!isSafe(field)) return true;
    depth = indentOf(line);
  }
  return false;
}

/** True if a quote opened above, after a field that is not safe, is still open at this line. */
function isInsideOpenQuotes(lines: readonly string[], index: number): boolean {
  let open: string | undefined;
  for (let at = 0; at < index; at++) {
    const line = lines[at] ?? "";
    if (open !== undefined) {
      if (closes(line, open)) open = undefined;
      continue;
    }
    const [, field = "", rest = ""] = FIELD.exec(line) ?? [];
    const quote = rest[0];
    if ((quote === '"' || quote === "'") && !isSafe(field) && !closes(rest.slice(1), quote)) open = quote;
  }
  return open !== undefined;
}

const closes = (text: string, quote: string): boolean =>
  text.replace(quote === '"' ? /\\./g : /''/g, "").includes(quote);
