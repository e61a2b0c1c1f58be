import { AppPlatformError } from "../errors";
import { deploymentOf } from "../resources/start-deployment";
import { commitRollback, startRollback } from "../resources/app/rollback-on-failure";
import { revert } from "../resources/rollback/provider";
import { mustBePossible, rollbackTarget } from "../resources/rollback/target";
import type { App, Deployment } from "../api/types";
import { printableJson } from "../text/json";
import { hideSecrets } from "../appspec/secrets";
import { appOf, clientOf, confirm, only, UsageError, type Command } from "./command";
import { operationOf, started, timeoutOf, WRITE_HELP, WRITE_OPTIONS } from "./operation";

export const rollback: Command = {
  summary: "roll back to an earlier deployment; commit or revert that",
  help: `Usage: app-platform rollback <app> [deployment] [options]
       app-platform rollback <app> --commit | --revert [options]

<app> is a name or an id. Deploys the spec and the image of an earlier
deployment again; by default, of the last successful one before the newest.
The app then stays pinned to it, and accepts no new deployments until you
commit or revert the rollback.

Options:
  --commit          keep the spec that the app was rolled back to
  --revert          deploy the spec from before the rollback again
${WRITE_HELP}
For an app that a Pulumi program manages, the next pulumi up deploys the spec
of the program again. Change the program as well.

Exit codes: 0 started, or finished with --wait; 1 failure; 2 usage error.
`,
  options: { ...WRITE_OPTIONS, commit: { type: "boolean" }, revert: { type: "boolean" } },
  async run(values, [argument, ...rest], io) {
    const name = only(argument === undefined ? [] : [argument], "app");
    const target = rest.length === 0 ? undefined : only(rest, "deployment");
    const [isCommit, isRevert] = [values["commit"] === true, values["revert"] === true];
    if (isCommit && isRevert) throw new UsageError("--commit cannot be combined with --revert");
    if ((isCommit || isRevert) && target !== undefined)
      throw new UsageError(`--${isCommit ? "commit" : "revert"} takes no deployment`);
    timeoutOf(values);
    const client = clientOf(io);
    const app = await appOf(client, name);
    const label = app.spec.name ?? app.id;
    const context = operationOf(client, io);
    if (isCommit) {
      const pin = pinOf(app);
      await confirm(values, io, `Commit the rollback of ${label} to its earlier spec?`);
      const now = await commitRollback(context, app.id, pin.id);
      if (values["json"] === true) await io.out(`${printableJson(hideSecrets(now))}\n`);
      else await io.out(`${label}: committed\n`);
      return 0;
    }
    if (isRevert) {
      const pin = pinOf(app);
      await confirm(values, io, `Revert the rollback of ${label}, and deploy the previous spec?`);
      const deployment = await deploymentOf(context, app.id, await revert(context, app.id, pin.id));
      return started(context, app, deployment, values, io);
    }
    if (app.pinned_deployment)
      throw new AppPlatformError(
        "app-pinned",
        `The app ${label} is pinned to the rollback deployment ${app.pinned_deployment.id}. ` +
          `Run app-platform rollback ${label} with --commit to keep it, or with --revert to undo it.`,
      );
    const wanted = await rollbackTarget(client, app, target);
    await mustBePossible(client, app.id, wanted, context.reporter);
    await confirm(values, io, `Roll ${label} back to deployment ${wanted}?`);
    const code = await started(context, app, await startRollback(context, app.id, wanted), values, io);
    io.err(`The app is pinned. Run app-platform rollback ${label} with --commit or --revert to unpin it.\n`);
    return code;
  },
};

/** @throws AppPlatformError `not-found` if the app is not pinned */
function pinOf({ pinned_deployment: pin, spec, id }: App): Deployment {
  if (pin) return pin;
  throw new AppPlatformError(
    "not-found",
    `The app ${spec.name ?? id} is not pinned to a rollback, so there is nothing to commit or revert.`,
  );
}
