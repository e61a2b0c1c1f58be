import { bounded, boundedLine } from "./bounded";
import { printable } from "./printable";

/** Longer text is not examined at all. */
const LONGEST_RAW = 262_144;

const printableStart = (text: string): string => printable(boundedLine(text, LONGEST_RAW));

/** Makes external text safe to show, see `printable` and `bounded`. Applied to every error and every status line. */
export const shown = (text: string): string => bounded(printableStart(text));

/** The same in one line of at most this many characters, for names and the like. */
export const shownInLine = (text: string, most = 1_000): string =>
  bounded(printableStart(text).replaceAll("\n", " "), most, most);
