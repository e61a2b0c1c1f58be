import type { Characters } from "./characters";
import type { WrittenForm } from "./encodings";

/** Start of a part of a text, and the first position after it. */
export type Range = [start: number, end: number];

/**
 * The ranges of the forms in a text, unordered and possibly overlapping. Linear time per form, even if the form overlaps
 * with itself, as `aaa` does. Pure.
 */
export function places(text: string, forms: readonly WrittenForm[]): Range[] {
  return forms.flatMap(({ form, widen }) => (widen ? runsWith(text, form, widen) : occurrences(text, form)));
}

/** The runs of characters that `widen` names with the form in them. */
function runsWith(text: string, form: string, widen: Characters): Range[] {
  const found: Range[] = [];
  for (let at = text.indexOf(form), done = 0; at >= 0; at = text.indexOf(form, done)) {
    let [start, end] = [at, at + form.length];
    while (start > done && widen(text.charCodeAt(start - 1))) start--;
    while (widen(text.charCodeAt(end))) end++;
    found.push([start, end]);
    done = end;
  }
  return found;
}

function occurrences(text: string, form: string): Range[] {
  const first = text.indexOf(form);
  if (first < 0) return [];
  // The smallest distance at which the form overlaps with itself.
  const period = periodOf(form);
  return period === form.length ? apart(text, form) : overlapping(text, form, period, first);
}

/** Ranges of a form that never overlaps with itself. Splitting is many times faster than repeated searching. */
function apart(text: string, form: string): Range[] {
  let at = 0;
  return text
    .split(form)
    .slice(0, -1)
    .map((before): Range => {
      const start = at + before.length;
      at = start + form.length;
      return [start, at];
    });
}

function overlapping(text: string, form: string, period: number, first: number): Range[] {
  const found: Range[] = [];
  for (let at = first, next = 0; at >= 0; at = text.indexOf(form, next)) {
    let end = at + form.length;
    next = at + period;
    if (period <= form.length / 2) {
      // A run of repetitions is one range, so that they are not compared one by one.
      while (end < text.length && text.charCodeAt(end) === text.charCodeAt(end - period)) end++;
      // The last complete one.
      end -= (end - at - form.length) % period;
      next = end - form.length + 1;
    }
    found.push([at, end]);
  }
  return found;
}

/** Minimum prefix of a form that counts as the form at a cut. */
const SHORTEST_BEGINNING = 3;

/**
 * The ranges of form prefixes at cuts, each the longest that ends at the cut. Pure.
 * @param cuts positions in ascending order
 */
export function beginnings(text: string, forms: readonly WrittenForm[], cuts: readonly number[]): Range[] {
  return cuts.flatMap((cut, index) => {
    const from = cuts[index - 1] ?? 0;
    return forms.flatMap(({ form, widen }): Range[] => {
      const length = beginningAtEnd(form, text.slice(Math.max(from, cut - form.length + 1), cut));
      if (length < SHORTEST_BEGINNING) return [];
      let start = cut - length;
      while (widen && start > from && widen(text.charCodeAt(start - 1))) start--;
      return [[start, cut]];
    });
  });
}

/** Length of the longest prefix of the form that the text ends with. */
function beginningAtEnd(form: string, text: string): number {
  const borders = bordersOf(form.slice(0, text.length));
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    while (length > 0 && form.charCodeAt(length) !== text.charCodeAt(at)) length = borders[length - 1] ?? 0;
    if (form.charCodeAt(length) === text.charCodeAt(at)) length++;
  }
  return length;
}

/** The smallest period of a text; its length if it does not repeat. */
function periodOf(form: string): number {
  return form.length - (bordersOf(form).at(-1) ?? 0);
}

/** For each prefix of the form, the length of its longest proper prefix that is also its suffix (KMP failure function). */
function bordersOf(form: string): Int32Array {
  const borders = new Int32Array(form.length);
  for (let at = 1, border = 0; at < form.length; at++) {
    while (border > 0 && form.charCodeAt(at) !== form.charCodeAt(border)) border = borders[border - 1] ?? 0;
    if (form.charCodeAt(at) === form.charCodeAt(border)) border++;
    borders[at] = border;
  }
  return borders;
}
