import * as pulumi from "@pulumi/pulumi";

/** Counts by stack, since a process may run several programs one after the other. */
const counters = new WeakMap<object, { count: number }>();
const NO_STACK = {};

/**
 * Counts an App that the program declares.
 * @returns how many it has declared by the next pause of its code, so that Apps declared together count each other
 */
export function countApp(): Promise<number> {
  const run = pulumi.runtime.getStackResource() ?? NO_STACK;
  const counter = counters.get(run) ?? { count: 0 };
  counters.set(run, counter);
  counter.count++;
  return new Promise((resolve) => setImmediate(() => resolve(counter.count)));
}
