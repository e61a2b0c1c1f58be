/**
 * Makes external text safe to show: names, reasons, logs and messages of the service, and excerpts of spec files. The result
 * contains no command to a terminal, to a CI runner that reads the output, or to Pulumi, which interprets `<{%`. All line breaks
 * become `\n`. Idempotent. Linear time. Pure.
 * @param options.colors keep colors and styles, which end with each line
 */
export function printable(text: string, { colors = false }: { readonly colors?: boolean } = {}): string {
  let result = text;
  if (NOT_PLAIN.test(result))
    result = result
      .replace(LINE_BREAK, "\n")
      .replace(SEQUENCE, (sequence) => (colors ? styleOf(sequence) : ""))
      .replace(INVISIBLE, "")
      .replace(LONE_SURROGATE, "\ufffd");
  if (COMMAND.test(result))
    for (const [command, spoiled] of COMMANDS) result = result.replace(command, spoiled);
  return colors && result.includes("\x1b") ? result.replace(STYLED_LINE, plainAtEnd) : result;
}

const NOT_PLAIN = /[^\n\t\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff]/u;

/** Terminals and CI runners start a new line at each of these. */
const LINE_BREAK = /\r\n|[\r\v\f\x85\u2028\u2029]/g;

/**
 * Escape sequences, including those that start with a C1 character. Their text ends at the next character that could start another
 * one, or with the line: in that case only their first characters are removed, so that they hide nothing.
 */
const SEQUENCE = new RegExp(
  [
    // Control sequences: colors, cursor, erasing.
    "(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]",
    // Titles, links, the clipboard, and other strings with a terminator.
    "(?:\\x1b[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^\\x07\\x1b\\n\\x90\\x98\\x9b-\\x9f]*(?:\\x07|\\x1b\\\\|\\x9c)",
    // Of three, two, and one characters: the rest must not become another sequence.
    "\\x1b[ -/]*[0-~]",
    "\\x1b",
  ].join("|"),
  "g",
);

/**
 * Characters without a width or form of their own: other control characters, marks of text direction, zero-width characters, tags,
 * and annotations. Tabs and line breaks stay.
 */
const INVISIBLE = /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}/gu;

const LONE_SURROGATE = /\p{Surrogate}/gu;

const STYLED_LINE = /^.*\x1b.*$/gm;

const plainAtEnd = (line: string): string =>
  /^\x1b\[0?m/.test(line.slice(line.lastIndexOf("\x1b"))) ? line : `${line}\x1b[0m`;

/** Quick check for any of the commands below. */
const COMMAND = /::|##|section_|travis_|<\{%|^(?:---|\+\+\+|~~~|\^\^\^) /m;

/** CI runner commands, and a harmless form with a space. */
const COMMANDS: readonly [RegExp, string][] = [
  // GitHub, at the start of a line.
  [/^([^\S\n]*):(?=:)/gm, "$1: "],
  // Azure Pipelines, TeamCity, and GitHub's older form, anywhere.
  [/##(\w*)\[/g, "##$1 ["],
  // GitLab and Travis CI.
  [/(section_(?:start|end)|travis_(?:fold|time)):/g, "$1 :"],
  // Buildkite, which folds the lines that follow.
  [/^(?=(?:---|\+\+\+|~~~|\^\^\^) )/gm, " "],
  // Pulumi's colors: Pulumi panics on unknown ones.
  [/<\{%/g, "<{ %"],
];

/** The same within JSON, up to the character to escape. No line of JSON starts with external text. */
export const UNSAFE_IN_JSON =
  /[\x7f-\x9f\u2028\u2029\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}|##\w*\[|(?:section_(?:start|end)|travis_(?:fold|time)):|<\{%/gu;

const STYLE = /^(?:\x1b\[|\x9b)([\d;]*)m$/;

/** A sequence that sets colors or styles, without the codes that hide text; empty for any other sequence. */
function styleOf(sequence: string): string {
  const given = STYLE.exec(sequence)?.[1];
  if (given === undefined) return "";
  const kept: string[] = [];
  const codes = given.split(";");
  for (let at = 0; at < codes.length; at++) {
    const code = Number(codes[at]);
    const isColor = code === 38 || code === 48;
    // Of 256 colors, or with three components.
    const more = isColor ? (Number(codes[at + 1]) === 5 ? 2 : Number(codes[at + 1]) === 2 ? 4 : 0) : 0;
    const isShown = STYLES.has(code) && (!isColor || (more > 0 && at + more < codes.length));
    if (isShown) kept.push(...codes.slice(at, at + 1 + more));
    at += more;
  }
  return kept.length > 0 ? `\x1b[${kept.join(";")}m` : "";
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
/** Excludes hidden (8) and blinking text. */
const STYLES = new Set([...range(0, 4), 7, 9, ...range(21, 24), 27, 29, ...range(30, 49), ...range(90, 107)]);
