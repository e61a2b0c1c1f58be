/** Limits far above a readable line and message. */
const LONGEST_LINE = 4_000;
const LONGEST_TEXT = 32_768;

/** Matches the suffix of a truncated text, with the number of omitted characters. */
export const CUT = / … \((\d+) more characters\)/g;
const CUT_AT_END = new RegExp(`${CUT.source}$`);

const cutMark = (count: number): string => ` … (${count} more characters)`;

/** Truncates a line and appends the number of omitted characters, including those of an earlier cut. Pure. */
export function boundedLine(line: string, most: number, leftOut = 0): string {
  const before = CUT_AT_END.exec(line);
  const text = before ? line.slice(0, before.index) : line;
  const gone = leftOut + Number(before?.[1] ?? 0);
  if (text.length <= most) return gone > 0 ? text + cutMark(gone) : text;
  // Not between the two halves of a character.
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most;
  return text.slice(0, end) + cutMark(text.length - end + gone);
}

/** Truncates each line and the whole text to a maximum length. Pure. */
export function bounded(text: string, most = LONGEST_TEXT, mostOfLine = LONGEST_LINE): string {
  if (text.length <= mostOfLine) return text;
  const lines = text.split("\n");
  const kept: string[] = [];
  let size = 0;
  for (const line of lines) {
    const short = boundedLine(line, Math.min(most, mostOfLine));
    size += short.length + 1;
    if (size > most && kept.length > 0)
      return [...kept, `… (${lines.length - kept.length} more lines)`].join("\n");
    kept.push(short);
  }
  return kept.join("\n");
}
