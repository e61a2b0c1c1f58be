import type { Equivalent } from "./mutate";

/** Faults that change no behavior. They do not count. */
export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: "provider/text/printable.ts",
    change: "0 becomes 1: more > 0 && at + more < codes.length",
    reason: "more is 0, 2 or 4",
  },
  {
    file: "provider/net/retry.ts",
    change: "30 becomes 31: Math.min(input.attempt, 30)",
    reason: "the pause has reached its limit long before; the number only prevents an overflow",
  },
  {
    file: "provider/secrets/ranges.ts",
    change: "removed: if (first < 0) return [];",
    reason: "without an occurrence, both searches below return nothing; this one is faster",
  },
  {
    file: "provider/secrets/encodings.ts",
    change: "removed: if (before?.count === secrets.length) return before.forms;",
    reason: "only saves the time to compute the same forms again",
  },
  {
    file: "provider/deploy/wait.ts",
    change: "removed: seen = deployment;",
    reason: "only saves the time to describe an unchanged deployment again",
  },
  {
    file: "provider/appspec/rules/variables.ts",
    change: "32 becomes 33: const LONGEST_NAME = 32;",
    reason: "a longer name matches no component; the number only limits the text that is compared",
  },
  {
    file: "provider/secrets/ranges.ts",
    change: "condition negated: period <= form.length / 2",
    reason: "the ranges found are the same once overlapping ones are joined; it only saves time",
  },
  {
    file: "provider/appspec/lists-by-name.ts",
    change: "removed: shape = undefined;",
    reason: "an item of a list is a map, for which the next step sets the shape anyway",
  },
  {
    file: "provider/appspec/rules/variables.ts",
    change: 'removed: if (!text.includes("${")) continue;',
    reason: "a text without a reference has no missing name; it only saves time",
  },
];
