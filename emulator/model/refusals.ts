import { conflict, badRequest, serverError } from "../errors";
import type { Behavior } from "./behavior";
import type { StoredApp } from "./stored-app";
import { rollbackInProgress } from "./unprompted";

export function pinOf(app: StoredApp): NonNullable<StoredApp["pinned"]> {
  if (app.pinned === undefined) throw badRequest("the app is not pinned: there is no rollback in progress");
  return app.pinned;
}

export function refuseWhilePinned(app: StoredApp): void {
  if (app.pinned === undefined) return;
  throw conflict(
    `App "${app.spec.name}" is pinned to the rollback deployment ${app.pinned.deployment.id}: ` +
      "commit or revert the rollback before starting a new deployment.",
  );
}

/** Not documented; `whileRollingBack` decides. */
export function refuseWhileRollingBack(app: StoredApp, behavior: Behavior, now: number): void {
  if (behavior.whileRollingBack === "accept") return;
  const running = rollbackInProgress(app, now);
  if (running !== undefined)
    throw conflict(`App "${app.spec.name}" is being rolled back by deployment ${running.id}.`);
}

export function refuseWhileDeleting(app: StoredApp): void {
  if (app.broken === true) throw serverError();
  if (app.goneAt !== undefined) throw conflict(`App "${app.spec.name}" is being deleted.`);
}
