// Creates a CLI in one of several ways: the first working one is moved into place.

import { join } from "node:path";
import { type Cli, inspect, PULUMI } from "./find";
import { exclusively, moveIntoPlace, withStaging } from "./install";
import { interruptible, type Log } from "./progress";
import { type Attempt, PulumiCliError } from "./versions";

export interface Wanted {
  version: string;
  /** The target folder of the CLI. */
  target: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  /** Earlier attempts. */
  attempts: readonly Attempt[];
}

export interface Job {
  version: string;
  /** An empty folder, removed afterwards with everything left in it. */
  staging: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  signal: AbortSignal;
}

export interface Way<Source extends string> {
  source: Source;
  /** Its name in errors. */
  where: string;
  /** Puts the CLI and its companions into a folder below `staging` and returns that folder. */
  fill(job: Job): Promise<string>;
}

/** Another process may create the same CLI in the meantime: it then comes from the `cache`. */
export async function makeCli<Source extends string>(
  wanted: Wanted,
  ways: readonly Way<Source>[],
): Promise<Cli & { source: Source | "cache" }> {
  const { version, target, env, log } = wanted;
  const attempts = [...wanted.attempts];

  return interruptible((signal) =>
    exclusively(target, log, signal, async () => {
      const meanwhile = await inspect(target, env);
      if ("cli" in meanwhile) return { ...meanwhile.cli, source: "cache" };

      for (const { source, where, fill } of ways) {
        try {
          const cli = await withStaging(target, async (staging) => {
            const bin = await fill({ version, staging, env, log, signal });
            return place(bin, target, env);
          });
          log(`the Pulumi CLI ${cli.version} is ready in ${target}`);
          return { ...cli, source };
        } catch (error) {
          signal.throwIfAborted();
          const outcome = error instanceof Error ? error.message : String(error);
          log(`${where}: ${outcome}`);
          attempts.push({ where, outcome });
        }
      }
      throw new PulumiCliError(attempts);
    }),
  );
}

async function place(bin: string, target: string, env: NodeJS.ProcessEnv): Promise<Cli> {
  const look = await inspect(bin, env);
  if ("missing" in look) throw new Error(look.missing);
  moveIntoPlace(bin, target);
  return { ...look.cli, bin: target, pulumi: join(target, PULUMI) };
}
