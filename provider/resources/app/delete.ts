import type { App } from "../../api/types";
import { mapsToLists, isPlainObject, listsToMaps } from "../../appspec/lists-by-name";
import { secretAddresses } from "../../appspec/secret-addresses";
import type { AppSpec } from "../../appspec/types";
import { databasesLost } from "../../appspec/warnings";
import { timeoutMs } from "../../durations";
import { AppPlatformError, isApiError, isTransient } from "../../errors";
import { singlePlaces } from "../../secrets/program-secrets";
import { WAIT_LIMITS } from "../../service/poll";
import { deleteAppOnce } from "../../service/safe-writes";
import { isListed } from "../../service/shared-reads";
import { nameIn } from "../../appspec/app-name";
import type { Client } from "../../api/client";
import type { Clock } from "../../clock";
import type { OperationContext, AppOperationContext } from "../base-provider";
import { backupDirectory, backupSpec, hasBackup, writeBackup } from "./backup";
import type { AppInputs, AppOutputs } from "./state";

const GONE_POLL_MS = 1_000;

/** An app to delete. */
export interface AppToDelete {
  readonly app: App;
  /** False if the service does not return it; the spec then comes from the state. */
  readonly isShown: boolean;
  /** True if the state has no spec of it either. */
  readonly isLost?: boolean;
}

/**
 * The app to delete. If the service does not return it, that proves nothing: the backup uses the recorded spec, and the
 * deletion is still sent.
 */
export async function appToDelete(
  { client, reads, options }: OperationContext,
  id: string,
  { __liveSpec }: Pick<AppOutputs, "__liveSpec">,
): Promise<AppToDelete> {
  try {
    // The backup needs the current spec, at most a second old.
    const app = await reads.find(client, id, 1_000, options);
    if (app) return { app, isShown: true };
  } catch (error) {
    if (!isApiError(error, "service-error", "unreadable-answer", "timeout")) throw error;
  }
  const spec = (isPlainObject(__liveSpec) ? mapsToLists(__liveSpec) : undefined) as AppSpec | undefined;
  return { app: { id, spec: spec ?? ({} as AppSpec) }, isShown: false, isLost: spec === undefined };
}

/** Warns about the deletion, and writes a backup of the spec unless the program disabled it. */
export async function backUp(
  { inputs, secrecy, reporter, clock, texts }: AppOperationContext,
  { app, isShown, isLost = false }: AppToDelete,
  backup: AppInputs["backup"],
): Promise<void> {
  const lost = databasesLost(listsToMaps(app.spec));
  const end = ["All its active deployments are shut down for good.", ...lost].join(" ");
  const shown = [app.spec.name ?? "", `(id ${app.id})`].filter((text) => text !== "").join(" ");
  const name = isShown
    ? `The app ${shown} is deleted.`
    : `The service does not show the app ${shown}. It is deleted in case it still exists.`;
  if (backup === false)
    return reporter.warn(`${name} ${end} Its spec is not backed up, because backup is false.`);
  if (isLost) return reporter.warn(`${name} The state has no spec of it either, so there is no backup.`);
  const places = inputs.__secrets && singlePlaces(inputs, inputs.__secrets);
  const leftOut = { places, texts: secrecy.unmistakable };
  const options = { leftOut, isShown, texts };
  const path = await writeBackup(app, backupDirectory(backup), new Date(clock.now()), options);
  const secrets = secretAddresses(backupSpec(app, leftOut));
  reporter.warn(
    [
      `${name} ${end}`,
      `Its spec${isShown ? "" : ", as the Pulumi state has it,"} is backed up in ${path}. To create the app again:`,
      `  ${texts.declaration(app.spec.name ?? "app", path, secrets.length > 0)}`,
      ...(secrets.length > 0 ? [`Its secrets have to be supplied again: ${secrets.join(", ")}.`] : []),
      ...(places === undefined
        ? ["The file may contain secrets of the program: see its header before you share it."]
        : []),
    ].join("\n"),
  );
}

/** Deletes the app, and waits until it is gone. */
export async function deleteApp(context: AppOperationContext, id: string): Promise<void> {
  const { client, reads, options, clock, reporter, stopped, inputs } = context;
  const isKnown = await deleteAppOnce(client, id, { ...options, clock });
  reads.noteWrite(id);
  if (!isKnown) {
    await throwIfListed(context, id);
    return reporter.info("The app no longer exists at the service: it was already deleted (DELETE: 404).");
  }
  reporter.waits();
  const giveUpAt = clock.now() + timeoutMs("delete", inputs.timeouts);
  for (;;) {
    let failure: unknown;
    const isGone = await reads.isGone(client, id, options).catch((error: unknown) => {
      if (!isTransient(error)) throw error;
      failure = error;
      return false;
    });
    if (isGone) return;
    reporter.status("deleting: waiting until the app is gone");
    if (failure !== undefined && clock.now() >= giveUpAt) throw failure;
    if (clock.now() >= giveUpAt)
      throw new AppPlatformError(
        "wait-timeout",
        `The app ${id} still exists after its deletion was accepted (DELETE /v2/apps/${id}). Run pulumi destroy again to keep waiting.`,
      );
    await clock.sleep(GONE_POLL_MS, stopped);
  }
}

/**
 * A service that finds nothing at all, such as one at a wrong address, does not find its list of apps either.
 * @throws ApiError if the apps cannot be listed, AppPlatformError `not-found` if the list contains the app
 */
async function throwIfListed({ client, options }: AppOperationContext, id: string): Promise<void> {
  if (!(await isListed(client, id, options))) return;
  throw new AppPlatformError(
    "not-found",
    `DELETE /v2/apps/${id} found no such app (404), but the list of apps contains it, so the result is inconclusive. ` +
      "Run pulumi destroy again.",
  );
}

/**
 * The status of an app that an earlier run has started to delete; undefined if none has. Pulumi keeps the state of a failed
 * deletion unchanged, so only the backup shows that there was one.
 */
export async function afterDeletion(
  client: () => Pick<Client, "getApp">,
  id: string,
  { backup, spec, __liveSpec }: AppOutputs,
  clock: Clock,
): Promise<"exists" | "missing" | "unclear" | undefined> {
  const name = nameIn(__liveSpec) ?? nameIn(spec);
  if (!(await hasBackup(id, name, backupDirectory(backup)))) return undefined;
  try {
    // Twice, since the first response may come from a replica that does not know about the deletion yet.
    await client().getApp(id);
    await clock.sleep(WAIT_LIMITS.goneAgain);
    await client().getApp(id);
    return "exists";
  } catch (error) {
    return isApiError(error, "not-found") ? "missing" : "unclear";
  }
}
