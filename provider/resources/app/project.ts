import type { App } from "../../api/types";
import { AppPlatformError } from "../../errors";
import type { Ignoring } from "./ignored-properties";
import { poll, WAIT_LIMITS } from "../../service/poll";
import type { OperationContext, AppOperationContext } from "../base-provider";

/** Moves the app to the program's project, if it is in another one. Starts no deployment. */
export async function moveProject(context: AppOperationContext, ignoring: Ignoring, app: App): Promise<void> {
  const { projectId } = context.inputs;
  if (projectId === undefined || ignoring.isIgnored(["projectId"])) return;
  const { client, reads, options } = context;
  const now = (await shownProject(context, app)) ?? reads.projectOf(app);
  if (projectId === now) return;
  context.reporter.status("moving to another project");
  await client.assignProject(projectId, app.id, options);
  reads.noteWrite(app.id);
  await confirmMove(context, app.id, projectId);
  reads.noteProject(app.id, projectId);
}

/** The app's project as the service shows it; undefined if it hides it. */
export function shownProject(
  { reads, client, options }: OperationContext,
  app: App,
): Promise<string | undefined> {
  return reads.shownProject(client, app, options);
}

/** @throws AppPlatformError `update-not-seen` if the service accepted the move but did not perform it */
async function confirmMove(
  { client, clock, stopped, options }: OperationContext,
  id: string,
  projectId: string,
): Promise<void> {
  // A response without a project cannot be checked.
  const look = async (): Promise<true | undefined> => {
    const { project_id: now = projectId } = await client.getApp(id, options);
    return now === projectId ? true : undefined;
  };
  if (await poll(look, WAIT_LIMITS.lostResponse, { clock, signal: stopped })) return;
  stopped?.throwIfAborted();
  throw new AppPlatformError(
    "update-not-seen",
    `The service accepted the move of the app to the project ${projectId}, but still shows it in another one. ` +
      "Run pulumi up again to move it once more.",
  );
}
