import * as pulumi from "@pulumi/pulumi";

/** By the stack of a run, since a process may run several programs one after the other. */
const counters = new WeakMap<object, { count: number }>();
const NO_STACK = {};

/**
 * Counts an App that the program declares.
 * @returns how many it has declared when its own code pauses, so that Apps declared in one go all know of each other
 */
export function countApp(): Promise<number> {
  const run = pulumi.runtime.getStackResource() ?? NO_STACK;
  const counter = counters.get(run) ?? { count: 0 };
  counters.set(run, counter);
  counter.count++;
  return new Promise((resolve) => setImmediate(() => resolve(counter.count)));
}
