import { displayPath } from "./lists-by-name";
import type { Problem } from "./problem";

const MOST_PLACES = 3;

/**
 * Merges warnings about the same deprecation into one, at the first place, which lists the others. Pure.
 */
export function mergeDeprecations(problems: readonly Problem[], spec: unknown): Problem[] {
  const groups = new Map<string, Problem[]>();
  const first = problems.filter((problem) => {
    if (!problem.code.startsWith("deprecated-")) return true;
    const kind = JSON.stringify([problem.code, problem.path.at(-1)]);
    const group = groups.get(kind);
    if (!group) groups.set(kind, [problem]);
    else group.push(problem);
    return !group;
  });
  if (groups.size === 0) return [...problems];
  const merged = new Map([...groups.values()].map((group) => [group[0], mergedInto(group, spec)]));
  return first.map((problem) => merged.get(problem) ?? problem);
}

function mergedInto(group: readonly Problem[], spec: unknown): Problem {
  const [first, ...others] = group as [Problem, ...Problem[]];
  if (others.length === 0) return first;
  const named = others.slice(0, MOST_PLACES).map(({ path }) => displayPath(spec, path));
  const more = others.length - named.length;
  const also = [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  const hint = [...new Set(group.map((problem) => problem.hint))].join(", ");
  return { ...first, message: `${first.message}, also at ${also}`, hint };
}

/** Legacy sizes, and the ones of today with as many processors and as much memory. */
export const REPLACEMENTS: ReadonlyMap<string, string> = new Map([
  ["basic-xxs", "apps-s-1vcpu-0.5gb"],
  ["basic-xs", "apps-s-1vcpu-1gb"],
  ["basic-s", "apps-s-1vcpu-2gb"],
  ["basic-m", "apps-s-2vcpu-4gb"],
  ["professional-xs", "apps-s-1vcpu-1gb"],
  ["professional-s", "apps-s-1vcpu-2gb"],
  ["professional-m", "apps-s-2vcpu-4gb"],
  ["professional-1l", "apps-d-1vcpu-4gb"],
  ["professional-l", "apps-d-2vcpu-8gb"],
  ["professional-xl", "apps-d-4vcpu-16gb"],
]);
