/** True if inserting, removing or replacing one character, or swapping two neighbors, turns `b` into `a`. */
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

/**
 * The candidate that `word` most likely stands for: equal except for case, spaces, dashes and underscores, or one edit away,
 * ignoring case.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = simplify(word);
  let near: string | undefined;
  let nearInSubstance: string | undefined;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const other = simplify(candidate);
    if (other === plain) return candidate;
    if (near === undefined && isOneEditAway(word, candidate)) near = candidate;
    // In very short words, case and dashes are significant.
    if (nearInSubstance === undefined && other.length > 3 && isOneEditAway(plain, other))
      nearInSubstance = candidate;
  }
  return near ?? nearInSubstance;
}

/** The word in lowercase, without separators. */
export const simplify = (word: string): string => word.toLowerCase().replace(/[-_\s]/g, "");
