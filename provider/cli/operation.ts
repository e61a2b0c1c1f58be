import type { Client } from "../api/client";
import type { App, Deployment } from "../api/types";
import { systemClock } from "../clock";
import { describeProgress } from "../deploy/progress";
import { sharedDeployments } from "../deploy/deployment-source";
import { waitForOutcome } from "../deploy/outcome";
import { createReporter } from "../host/reporter";
import type { OperationContext } from "../resources/base-provider";
import { KnownSecrets } from "../secrets/known-secrets";
import { deploymentPage } from "../service/control-panel";
import { SharedReads } from "../service/shared-reads";
import { parseDuration } from "../durations";
import { printableJson } from "../text/json";
import { shownInLine } from "../text/shown";
import { hideSecrets } from "../appspec/secrets";
import { text, UsageError, type Command, type Io, type Values } from "./command";
import { TYPESCRIPT } from "../text/program-texts";

/** The options of commands that start a deployment. */
export const WRITE_OPTIONS: Command["options"] = {
  yes: { type: "boolean", short: "y" },
  wait: { type: "boolean" },
  timeout: { type: "string" },
  json: { type: "boolean" },
};

export const WRITE_HELP = `  --yes, -y         do not ask for confirmation; required without a terminal
  --wait            wait until the deployment has finished; exit code 1 if it
                    fails
  --timeout TIME    limit for --wait, such as 90s or 20m (default 75m)
  --json            print the deployment as JSON
`;

/** The context in which the operations of Pulumi resources run, with progress on standard error. */
export function operationOf(client: Client, io: Io): OperationContext {
  const reads = new SharedReads(systemClock);
  return {
    client,
    reads,
    knownSecrets: new KnownSecrets(),
    deployments: sharedDeployments(client, reads),
    reporter: createReporter(undefined, undefined, systemClock, (line) => io.err(`${line}\n`)),
    clock: systemClock,
    stopped: io.signal,
    options: { signal: io.signal },
    texts: TYPESCRIPT,
  };
}

/** The time limit of `--wait`. @throws UsageError */
export function timeoutOf(values: Values): number {
  const given = text(values, "timeout") ?? "75m";
  const parsed = parseDuration(given);
  if (parsed === undefined)
    throw new UsageError(`--timeout: "${given}" is not a duration with a unit, such as 90s or 20m`);
  return parsed;
}

/** Prints a started deployment and, with `--wait`, waits for it. @returns the exit code */
export async function started(
  context: OperationContext,
  app: App,
  deployment: Deployment,
  values: Values,
  io: Io,
): Promise<number> {
  const timeoutMs = timeoutOf(values);
  const isJson = values["json"] === true;
  let [last, failures]: [Deployment, readonly string[]] = [deployment, []];
  if (values["wait"] === true)
    ({ deployment: last, failures } = await waitForOutcome(
      context.deployments,
      app.id,
      deployment.id,
      context.reporter,
      [],
      { clock: context.clock, signal: io.signal, timeoutMs, texts: context.texts },
    ));
  if (isJson) await io.out(`${printableJson(hideSecrets(last))}\n`);
  else {
    await io.out(`${shownInLine(`${last.id}: ${describeProgress(last)}`)}\n`);
    io.err(`Control panel: ${deploymentPage(app.id, last.id)}\n`);
  }
  for (const failure of failures) io.err(`error: ${failure}\n`);
  return failures.length > 0 ? 1 : 0;
}
