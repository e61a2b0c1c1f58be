import type { Characters } from "./characters";
import type { WrittenForm } from "./encodings";

/** Where a part of a text begins, and the first place after it. */
export type Range = [start: number, end: number];

/**
 * Where the forms stand in a text, in no order; some of the ranges may overlap. Each form takes time in proportion to the
 * length of the text, also where it overlaps with itself as `aaa` does. Pure.
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
  // The least distance at which the form overlaps with itself.
  const period = periodOf(form);
  return period === form.length ? apart(text, form) : overlapping(text, form, period, first);
}

/** Of a form that never overlaps with itself. Splitting finds all of them many times quicker than searching for each. */
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
      // Repetitions would be found one by one, each compared as a whole: the run of them is one place.
      while (end < text.length && text.charCodeAt(end) === text.charCodeAt(end - period)) end++;
      // The last that is there as a whole.
      end -= (end - at - form.length) % period;
      next = end - form.length + 1;
    }
    found.push([at, end]);
  }
  return found;
}

/** So much of the beginning of a form is taken for it where a text was cut off. */
const SHORTEST_BEGINNING = 3;

/**
 * The beginnings of forms that a cut left of them, each the longest that ends at one of the places. Pure.
 * @param cuts places in order
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

/** How many of the form's first characters are the text's last. */
function beginningAtEnd(form: string, text: string): number {
  const borders = bordersOf(form.slice(0, text.length));
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    while (length > 0 && form.charCodeAt(length) !== text.charCodeAt(at)) length = borders[length - 1] ?? 0;
    if (form.charCodeAt(length) === text.charCodeAt(at)) length++;
  }
  return length;
}

/** The least number of characters after which a text repeats itself; its length where it does not. */
function periodOf(form: string): number {
  return form.length - (bordersOf(form).at(-1) ?? 0);
}

/** For each beginning of the form, how many of its first characters are its last as well, without all of them. */
function bordersOf(form: string): Int32Array {
  const borders = new Int32Array(form.length);
  for (let at = 1, border = 0; at < form.length; at++) {
    while (border > 0 && form.charCodeAt(at) !== form.charCodeAt(border)) border = borders[border - 1] ?? 0;
    if (form.charCodeAt(at) === form.charCodeAt(border)) border++;
    borders[at] = border;
  }
  return borders;
}
