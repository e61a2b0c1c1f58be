/** True when one letter inserted, left out, replaced or swapped with its neighbour makes `a` out of `b`. */
export function isOneEditAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  const most = Math.min(a.length, b.length) - start;
  while (end < most && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const inA = a.slice(start, a.length - end);
  const inB = b.slice(start, b.length - end);
  if (inA.length <= 1 && inB.length <= 1) return true;
  return inA.length === 2 && inB.length === 2 && inA[0] === inB[1] && inA[1] === inB[0];
}

/** The candidate that `word` was most likely meant to be: the same but for case, dashes and underscores, or one edit away. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = simplify(word);
  let near: string | undefined;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    if (simplify(candidate) === plain) return candidate;
    if (near === undefined && isOneEditAway(word, candidate)) near = candidate;
  }
  return near;
}

const simplify = (word: string): string => word.toLowerCase().replace(/[-_]/g, "");
