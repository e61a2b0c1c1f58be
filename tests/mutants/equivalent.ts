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
];
