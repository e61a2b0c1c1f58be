/** Tells characters by their code, which takes a tenth of the time of a regular expression for each. */
export type Characters = (code: number) => boolean;

/** The characters of ASCII in a set as regular expressions write it. False for NaN, the code behind the end of a text. */
export function textOf(set: string): Characters {
  const expression = new RegExp(`[${set}]`);
  const known = Array.from({ length: 128 }, (_, code) => expression.test(String.fromCharCode(code)));
  return (code) => known[code] === true;
}

const isAsciiSpace = textOf("\\s");
const OTHER_SPACE = /\s/;

/** White space as regular expressions have it. */
export const isSpace: Characters = (code) =>
  isAsciiSpace(code) || (code > 127 && OTHER_SPACE.test(String.fromCharCode(code)));
