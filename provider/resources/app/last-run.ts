import { recordedRollback } from "../../deploy/service-rollback";
import type { Awaited } from "../../service/new-deployment";
import { resultOf, standing } from "../../deployment-phases";
import { valueAt, withValueAt } from "../../appspec/diff";
import { comparable } from "../../appspec/covers";
import type { Accepted, Plan } from "../../appspec/plan";
import { danglingSecrets } from "../../appspec/secrets";
import { openSecrets, withStored } from "../../appspec/stored-secrets";
import type { AppInputs, AppOutputs, LastDeployment } from "./state";

/** Lines about work that an earlier run left unfinished. */
export function linesOnLastRun(planned: Plan, olds: AppOutputs): string[] {
  const lines: string[] = [];
  if (planned.changes.length === 0 && planned.action === "resume")
    lines.push("The last deployment is still in progress; this update waits for it.");
  if (planned.changes.length === 0 && planned.action === "redeploy" && hasFailed(olds))
    lines.push(whyAgain(olds.__deployment));
  if (planned.changes.length > 0 && hasFailed(olds))
    lines.push(
      `${failure(olds.__deployment)}, but the service has its spec: these lines compare the program with that spec. ` +
        "Pulumi's own diff may compare it with the spec before the failed attempt.",
    );
  if (olds.__awaited !== undefined && planned.action === "none")
    lines.push("The last run saw no deployment of its change: this update checks once more.");
  if (olds.__pinned !== undefined)
    lines.push("A rollback of an earlier run is not completed; this update completes it first.");
  return lines;
}

/** Explains a new deployment without a change in the program. */
export const whyAgain = (last: LastDeployment): string =>
  last.rolledBack
    ? `${failure(last)}; this update starts a new one.`
    : "The last deployment failed; this update starts a new one.";

const failure = ({ id, rolledBack }: LastDeployment): string =>
  rolledBack
    ? `The last deployment (${id}) failed, and ${recordedRollback(rolledBack)}`
    : "The last deployment failed";

/** Explains an update without a change in the program. */
export const nowIn = ({ id, phase }: LastDeployment): string =>
  `Deployment ${id}, which the last run did not wait for, is now ${phase}: this update records it.`;

const hasFailed = (olds: AppOutputs): olds is AppOutputs & { __deployment: LastDeployment } =>
  olds.__deployment !== undefined && resultOf(olds.__deployment.phase) === "bad";

/** Whether to look for a deployment that no run has seen. With `wait: false`, only if the app is known to have none. */
export const isDue = ({ lost }: Awaited, { wait }: AppInputs): boolean => wait !== false || lost === true;

/** The baseline of the plan: the inputs the service accepted last, and the phase of their deployment. */
export function accepted(olds: AppOutputs, news: AppInputs): Accepted {
  const phase = olds.__deployment?.phase;
  // With wait: false, do not report the unfinished deployment on the next run.
  const ignored = news.wait === false && phase !== undefined && standing(phase) === "running";
  const spec = olds.__imported ? importedSpec(olds, news) : olds.spec;
  return { ...olds, spec, lastPhase: ignored ? undefined : phase };
}

/** The baseline for the program after an import; values that it leaves to the service do not count as a difference. */
function importedSpec({ __liveSpec: held }: AppOutputs, { spec, emptySecrets }: AppInputs): unknown {
  const open = openSecrets(spec, emptySecrets).map(({ path }) => [...path, "value"]);
  const compared = comparable(held, withStored(spec, emptySecrets, held));
  const kept = danglingSecrets(spec).filter((path) => typeof valueAt(held, path) === "string");
  return [...open, ...kept].reduce((copy, path) => withValueAt(copy, path, valueAt(spec, path)), compared);
}
