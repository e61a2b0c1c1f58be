/** Classifies characters by code, about ten times faster than a regular expression per character. */
export type Characters = (code: number) => boolean;

/** The ASCII characters in a regular-expression character class. False for NaN, the code past the end of a string. */
export function textOf(set: string): Characters {
  const expression = new RegExp(`[${set}]`);
  const known = Array.from({ length: 128 }, (_, code) => expression.test(String.fromCharCode(code)));
  return (code) => known[code] === true;
}

const isAsciiSpace = textOf("\\s");
const OTHER_SPACE = /\s/;

/** White space as in regular expressions. */
export const isSpace: Characters = (code) =>
  isAsciiSpace(code) || (code > 127 && OTHER_SPACE.test(String.fromCharCode(code)));
