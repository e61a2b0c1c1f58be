/** A mistake on a line, such as its indentation. */
export interface LineMistake {
  /** From 0. */
  readonly line: number;
  readonly what: string;
  readonly hint: string;
}

interface Line {
  readonly indent: number;
  readonly isItem: boolean;
  /** Column of the text after the dashes. */
  readonly inner: number;
}

function lineAt(lines: readonly string[], index: number): Line | undefined {
  const found = /^( *)((?:- +)*)(-(?=\s*$))?(\S?)/.exec(lines[index] ?? "");
  if (!found) return undefined;
  const [, space = "", dashes = "", dash, first = ""] = found;
  if ((first === "" && dash === undefined) || (first === "#" && dashes === "")) return undefined;
  return {
    indent: space.length,
    isItem: dashes !== "" || dash !== undefined,
    inner: space.length + dashes.length,
  };
}

/**
 * Compares a line that YAML cannot place with the lines above: an item of a list, or a field, that begins at another column than
 * those beside it. Pure.
 * @param at the line, from 0
 */
export function indentationMistake(lines: readonly string[], at: number): LineMistake | undefined {
  const line = lineAt(lines, at);
  if (!line) return undefined;
  if (opensPart(lines, at, line)) return undefined;
  const levels = line.isItem ? itemLevels(lines, at) : fieldLevels(lines, at);
  const beside = line.isItem && levels.length === 0 ? fieldLevels(lines, at) : [];
  // A list may begin in the column of the field that it is the value of.
  const field = beside.find(({ column, line: above }) => column === line.indent && !isParent(lines[above]));
  if (field)
    return {
      line: at,
      what: `this list item is among fields, such as the one on line ${field.line + 1}`,
      hint: `Put a dash before line ${field.line + 1} too, or remove the dash here`,
    };
  const dash = line.isItem ? undefined : itemLevels(lines, at).find(({ column }) => column === line.indent);
  if (dash)
    return {
      line: at,
      what: `this field starts in the same column as the dash on line ${dash.line + 1}`,
      hint: "Put a dash before it, or align it with the text after the dash",
    };
  const split = line.isItem ? fieldBetweenItems(lines, at, line.indent) : undefined;
  if (split) return split;
  if (levels.length === 0 || levels.some(({ column }) => column === line.indent)) return undefined;
  const near = levels.reduce((best, level) =>
    Math.abs(level.column - line.indent) < Math.abs(best.column - line.indent) ? level : best,
  );
  const what = line.isItem ? "list item" : "field";
  const than = line.indent < near.column ? "less" : "more";
  const above = `line ${near.line + 1}`;
  const spaces = near.column === 1 ? "space" : "spaces";
  return {
    line: at,
    what: `this ${what} is indented ${than} than the one on ${above}`,
    hint: `Align it with ${above}: indent it by ${near.column} ${spaces}, not ${line.indent}`,
  };
}

/** True for the first line below a field that has its value there: it may be indented as it likes. */
function opensPart(lines: readonly string[], at: number, line: Line): boolean {
  for (let index = at - 1; index >= 0; index--) {
    const above = lineAt(lines, index);
    if (!above) continue;
    return isParent(lines[index]) && (line.isItem ? line.indent >= above.inner : line.indent > above.inner);
  }
  return false;
}

/** The field that ends a list too early, as it begins in the column of the dashes before and after it. */
function fieldBetweenItems(lines: readonly string[], at: number, column: number): LineMistake | undefined {
  let between: number | undefined;
  for (let index = at - 1; index >= 0; index--) {
    const line = lineAt(lines, index);
    if (!line || line.indent > column) continue;
    if (line.indent < column || (!line.isItem && isParent(lines[index]))) return undefined;
    if (!line.isItem) between = index;
    else if (between === undefined) return undefined;
    else
      return {
        line: between,
        what: `this field is indented less than the list item on line ${index + 1} that it follows`,
        hint: `Align it with the text after the dash: indent it by ${line.inner} spaces, not ${column}`,
      };
  }
  return undefined;
}

/** True for a field whose value follows on the next lines. */
const isParent = (line = ""): boolean => /:\s*(#.*)?$/.test(line);

interface Level {
  readonly column: number;
  readonly line: number;
}

/** The columns at which lists are open above the line, the innermost first. */
const itemLevels = (lines: readonly string[], at: number): Level[] =>
  openLevels(lines, at, (line) => (line.isItem ? line.indent : undefined));

/** The columns at which maps are open above the line. */
const fieldLevels = (lines: readonly string[], at: number): Level[] =>
  openLevels(lines, at, (line) => line.inner);

function openLevels(
  lines: readonly string[],
  at: number,
  columnOf: (line: Line) => number | undefined,
): Level[] {
  const levels: Level[] = [];
  let depth = Infinity;
  for (let index = at - 1; index >= 0 && depth > 0; index--) {
    const line = lineAt(lines, index);
    if (!line || line.indent >= depth) continue;
    const column = columnOf(line);
    if (column !== undefined && column < depth) levels.push({ column, line: index });
    depth = line.indent;
  }
  return levels;
}
