// The official way: the npm package `pulumi` is a launcher that downloads the CLI on first use.

import { dirname, join } from "node:path";
import { cacheFolder } from "./find";
import type { Job } from "./make";
import { withProgress } from "./progress";
import { run } from "./run";

const TIMEOUT_MS = 5 * 60_000;

/** Makes the launcher download the CLI and returns its folder, below `staging`. */
export async function download({ version, staging, env, log, signal }: Job): Promise<string> {
  const launcher = findLauncher();
  const { failure } = await withProgress(
    log,
    (elapsed) => `downloading the Pulumi CLI (${elapsed})`,
    () =>
      run(process.execPath, [launcher, "version"], {
        // With a separate home, it cannot leave an incomplete download in the user's home.
        env: { ...env, PULUMI_HOME: staging, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeoutMs: TIMEOUT_MS,
        signal,
        onLine: log,
      }),
  );
  if (failure) throw new Error(failure.replace(/^pulumi: /, ""));
  return cacheFolder(staging, version);
}

function findLauncher(): string {
  try {
    return join(dirname(require.resolve("pulumi/package.json")), "run.js");
  } catch {
    throw new Error("the npm package pulumi is not installed: run npm ci");
  }
}
