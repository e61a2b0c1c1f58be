import type { Equivalent } from "./mutate";

/** Faults that change no behavior. They do not count. */
export const EQUIVALENT: readonly Equivalent[] = [];
