import { isAlias, isMap, isScalar, isSeq, visit, type Document, type ErrorCode } from "yaml";
import type { FileReason } from "./file-error";
import { indentationMistake, type LineMistake } from "./indentation";
import { looksLikeJson, jsonMistake } from "./json-syntax";
import { formatPath } from "./lists-by-name";
import { isFieldName } from "./schema-shape";
import { explainYaml } from "./yaml-errors";

/** Why a text cannot be parsed, and the position of the cause. */
export interface SyntaxMistake {
  readonly reason: FileReason;
  readonly offset: number;
  readonly what: string;
  readonly hint: string;
}

/**
 * The cause of what the parser of YAML found. It reports where it was lost; the cause may be another line, and the text may not
 * be meant as YAML at all: JSON, or a template that was not rendered. Pure.
 */
export function explainSyntax(
  text: string,
  document: Document.Parsed,
  { code, offset }: { code: ErrorCode; offset: number },
): SyntaxMistake {
  const template = unrendered(text, offset);
  if (template) return template;
  const json = looksLikeJson(text) ? jsonMistake(text) : undefined;
  if (json) return { reason: "syntax", ...json };
  const open = unclosed(document, text, offset);
  if (open) return { reason: "syntax", ...open };
  const star = STAR.exec(textOfLine(text, text.lastIndexOf("\n", offset - 1) + 1));
  if (star && (code === "UNEXPECTED_TOKEN" || code === "BAD_ALIAS"))
    return {
      reason: "alias",
      offset,
      what: "text starts with *, which YAML reads as an alias",
      hint: "Put the text in quotes",
    };
  return (CAUSED_BY_LINES.has(code) && causeInLines(text, offset)) || { offset, ...explainYaml(code) };
}

/** A value or an item that begins with an asterisk and is no word, such as a schedule. */
const STAR = /(?:^|:|-)\s+\*(?![\w-]+\s*$)/;

/** An unclosed quote or bracket before the parser error, or text after a closing quote. */
function unclosed(
  document: Document.Parsed,
  text: string,
  offset: number,
): { offset: number; what: string; hint: string } | undefined {
  const quoted = openQuote(document, text, offset);
  if (quoted !== undefined)
    return {
      offset: quoted,
      what: "a quoted string is not closed on its line",
      hint: "Close the quotes, or put the text on one line",
    };
  const bracket = openBracket(document, text, offset);
  if (bracket !== undefined)
    return {
      offset: bracket,
      what: `this ${text[bracket]} is not closed`,
      hint: `Add the matching ${text[bracket] === "{" ? "}" : "]"}`,
    };
  const before = text.slice(Math.max(0, offset - 200), offset);
  if (!/\S["'][ \t]+$/.test(before)) return undefined;
  const isInside = innermostFlow(document, offset) !== undefined;
  return {
    offset,
    what: isInside ? "a comma is missing before this" : "text follows after the closing quote",
    hint: isInside ? "Add a comma after the previous value" : "Put the whole text into one pair of quotes",
  };
}

/** The innermost bracketed part that contains the offset. */
function innermostFlow(
  document: Document.Parsed,
  offset: number,
): { start: number; end: number } | undefined {
  let found: { start: number; end: number } | undefined;
  visit(document, {
    Collection: (_, { flow, range }) => {
      if (flow === true && range && range[0] < offset && offset <= range[2])
        found = { start: range[0], end: range[1] };
    },
  });
  return found;
}

function openBracket(document: Document.Parsed, text: string, offset: number): number | undefined {
  const flow = innermostFlow(document, offset);
  if (!flow) return undefined;
  const closing = text[flow.start] === "{" ? "}" : "]";
  // Closed in the same line, it has another fault.
  const line = text.slice(flow.start, text.indexOf("\n", flow.start) + 1 || undefined);
  return line.includes(closing) ? undefined : flow.start;
}

/** Start of a quoted string that spans several lines and ends at the parser error. */
function openQuote(document: Document.Parsed, text: string, offset: number): number | undefined {
  let found: number | undefined;
  visit(document, {
    Scalar: (_, { range, type }) => {
      if (!range || (type !== "QUOTE_DOUBLE" && type !== "QUOTE_SINGLE")) return undefined;
      const [start, end] = range;
      const ends = end <= offset && !/\S/.test(text.slice(end, offset));
      if (!ends && !(start < offset && offset <= end)) return undefined;
      const written = text.slice(start, end);
      const isClosed = written.length > 1 && written.at(-1) === written[0];
      if (isClosed && !written.includes("\n")) return undefined;
      found = start;
      return visit.BREAK;
    },
  });
  return found;
}

/** Codes of errors that a line brings about by its indentation or a missing colon. */
const CAUSED_BY_LINES: ReadonlySet<ErrorCode> = new Set([
  "BAD_INDENT",
  "BLOCK_AS_IMPLICIT_KEY",
  "BLOCK_IN_FLOW",
  "MISSING_CHAR",
  "MULTILINE_IMPLICIT_KEY",
  "UNEXPECTED_TOKEN",
] as const);

/** A comment in JSON text, which YAML would read as a field name. */
export function commentInJson(text: string): SyntaxMistake | undefined {
  const mistake = looksLikeJson(text) ? jsonMistake(text) : undefined;
  return mistake?.isComment === true ? { reason: "syntax", ...mistake } : undefined;
}

const TEMPLATE = /(^|[^$])(\{\{|\{%|<%)/;

/** `{{ name }}` without quotes is a map in a map, and `${NAME}` within braces ends the text before it. */
function unrendered(text: string, offset: number): SyntaxMistake | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const line = textOfLine(text, start);
  const found = TEMPLATE.exec(unquoted(line));
  if (found)
    return {
      reason: "placeholder",
      offset: start + found.index + (found[1] ?? "").length,
      what: `a template was not rendered${others(text, start)}`,
      hint: "Render the template before loading it, or set this field in the program",
    };
  const dollar = unquoted(line).search(/\$\{/);
  if (dollar < 0) return undefined;
  return {
    reason: "placeholder",
    offset: start + dollar,
    what: "unquoted text in braces contains ${…}",
    hint: 'Put the text in quotes, as in "${NAME}", or substitute it before loading the file',
  };
}

const textOfLine = (text: string, start: number): string =>
  /.*/.exec(text.slice(start, start + 2_000))?.[0] ?? "";

/** The line with its quoted texts and its comment blanked out. */
const unquoted = (line: string): string =>
  line.replace(/"(?:[^"\\]|\\.)*"|'[^']*'|(^|\s)#.*/g, (found) => " ".repeat(found.length));

const MOST_LINES = 10;

/** Other lines of the text that are part of a template. */
function others(text: string, start: number): string {
  const own = text.slice(0, start).split("\n").length;
  const lines = text.split("\n").flatMap((line, index) => (TEMPLATE.test(unquoted(line)) ? [index + 1] : []));
  const more = lines.filter((line) => line !== own).slice(0, MOST_LINES);
  return more.length === 0 ? "" : ` (also in ${more.length === 1 ? "line" : "lines"} ${more.join(", ")})`;
}

function causeInLines(text: string, offset: number): SyntaxMistake | undefined {
  const lines = text.split(/\r?\n/);
  const at = text.slice(0, offset).split("\n").length - 1;
  const next = lines.findIndex((line, index) => index > at && /\S/.test(line) && !/^\s*#/.test(line));
  for (const index of next < 0 ? [at] : [at, next]) {
    const { line, what, hint } = colonMistake(lines, index) ?? indentationMistake(lines, index) ?? {};
    if (line === undefined || what === undefined || hint === undefined) continue;
    const before = text.split("\n").slice(0, line).join("\n");
    const column = /\S/.exec(lines[line] ?? "")?.index ?? 0;
    return { reason: "syntax", offset: (line === 0 ? 0 : before.length + 1) + column, what, hint };
  }
  return undefined;
}

/** `name:shop` and `name shop`. */
function colonMistake(lines: readonly string[], at: number): LineMistake | undefined {
  const line = lines[at] ?? "";
  const glued = /^[\s-]*([a-z_]+):[^\s/]/.exec(line)?.[1];
  if (glued !== undefined && isFieldName(glued))
    return { line: at, what: "a space is missing after the colon", hint: `Write \`${glued}: …\`` };
  const bare = /^[\s-]*([a-z_]+)(?:\s+[^\s:]+)*\s*$/.exec(line)?.[1];
  if (bare !== undefined && isFieldName(bare))
    return { line: at, what: "a colon is missing after the field name", hint: `Write \`${bare}: …\`` };
  return undefined;
}

/** The place in the spec of an offset in its text, by the fields around it; undefined at the top. */
export function placeInSpec(document: Document.Parsed, offset: number): string | undefined {
  const path: (string | number)[] = [];
  let node: unknown = document.contents;
  while (!isAlias(node)) {
    if (isSeq(node)) {
      const index = node.items.findLastIndex((item) => startOf(item) <= offset);
      if (index < 0) break;
      path.push(index);
      node = node.items[index];
    } else if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => startOf(key) <= offset);
      const name = isScalar(pair?.key) ? pair.key.value : undefined;
      // An unknown name may be part of a secret.
      if (typeof name !== "string" || !(isFieldName(name) || (path.length === 0 && name === "spec"))) break;
      path.push(name);
      node = pair?.value;
    } else break;
  }
  const [first] = path;
  const inside = first === "spec" ? path.slice(1) : path;
  return inside.length === 0 ? undefined : formatPath(inside);
}

const startOf = (node: unknown): number =>
  (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? Infinity;
