/**
 * Text that a terminal, a CI runner or Pulumi would act on, one line each; every line also describes itself in plain
 * words.
 */
export const HOSTILE_LINES: readonly string[] = [
  "\x1b[31mcolors\x1b[0m and \x1b[8mhidden text\x1b[0m",
  "\x1b]0;a title\x07title, \x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\, \x1b]52;c;aG9zdGlsZQ==\x07clipboard",
  "\x1b[2J\x1b[H\x1b[1A\x1b[2Kcursor and erasing\x1bc",
  "\x9b31mC1 sequences\x9d0;a title\x9c",
  "written over\rby what comes after a carriage return",
  "\b\b\b\b\b\bbackspaces\x07 and a bell\0",
  "direction \u202edesrever\u202c and \u2066isolated\u2069",
  "invis\u200bible\u2060 characters\ufeff",
  "::error file=app.js,line=1::GitHub command",
  "   ::set-output name=a::GitHub command after spaces",
  "a line\u2028::warning::GitHub command after a line separator",
  "\r::add-mask::GitHub command after a carriage return",
  "##vso[task.setvariable variable=a]Azure command",
  "##[error]Azure and older GitHub command",
  "##teamcity[buildStop comment='TeamCity command']",
  "section_start:1600000000:a\r\x1b[0KGitLab command",
  "--- Buildkite command",
  "<{%fg 99%}>Pulumi color that does not exist<{%reset%}>",
  "half a character \ud83d",
];

/** One line of this many bytes. */
export const hugeText = (bytes: number): string => "huge ".repeat(Math.ceil(bytes / 5)).slice(0, bytes);
