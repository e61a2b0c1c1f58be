import { createEmulator } from "app-platform-emulator";
import { BenchStack, refused } from "./stack";

export interface Pipelines {
  /** Seconds. */
  readonly fastest: number;
  readonly slowest: number;
  /** Calls that the service refused, since each pipeline only knows its own. */
  readonly refusals: number;
}

/**
 * Four pipelines that start at the same time and share a token, and so the service's limits. Each creates its own apps.
 * @throws Error if one of them fails
 */
export async function fourPipelines(cli: string, apps: number, deploySeconds: number): Promise<Pipelines> {
  const emulator = await createEmulator({ deploySeconds, rateLimit: true });
  const stacks: BenchStack[] = [];
  try {
    for (const name of ["north", "east", "south", "west"])
      stacks.push(await BenchStack.create(cli, "apps", apps, deploySeconds, { PREFIX: name }, emulator));
    const runs = await Promise.all(stacks.map((stack) => stack.run(["up", "--parallel", String(apps)])));
    // A successful `up` has waited for the deployments of all its apps.
    const created = emulator.apps().length;
    if (created !== stacks.length * apps) throw new Error(`${created} apps were created`);
    const seconds = runs.map(({ result }) => result.took / 1000);
    return {
      fastest: Math.min(...seconds),
      slowest: Math.max(...seconds),
      refusals: refused(emulator.calls),
    };
  } finally {
    for (const stack of stacks) await stack.close();
    await emulator.close();
  }
}
