import { placesFrom } from "../secrets/program-secrets";
import { isPlainObject } from "../appspec/lists-by-name";
import { inCoreForm } from "./app/program-outputs";
import type { AppOutputs, HeldAlert, LastDeployment } from "./app/state";
import type { Awaited } from "../service/new-deployment";

/**
 * The outputs of an App without hidden values that this version cannot use: a state may have been edited by hand, merged, or
 * written by another version. The service provides whatever was dropped. Pure.
 */
export function repaired<T extends AppOutputs>(props: T): T {
  const { __liveSpec, __deployment, __awaited, __alerts, __pinned, __secrets, ...rest } = inCoreForm(props);
  const awaited = awaitedIn(__awaited);
  const deployment = deploymentIn(__deployment);
  const places = placesFrom(__secrets);
  return {
    ...rest,
    ...(isPlainObject(__liveSpec) && { __liveSpec }),
    ...(deployment && { __deployment: deployment }),
    ...(awaited && { __awaited: awaited }),
    ...(isPlainObject(__alerts) && { __alerts: alertsIn(__alerts) }),
    ...(typeof __pinned === "string" && __pinned !== "" && { __pinned }),
    ...(places && { __secrets: places }),
  } as T;
}

function deploymentIn(value: unknown): LastDeployment | undefined {
  if (!isPlainObject(value) || typeof value["id"] !== "string" || value["id"] === "") return undefined;
  const { id, phase, rolledBack } = value;
  const { by, to } = isPlainObject(rolledBack) ? rolledBack : {};
  return {
    id,
    phase: typeof phase === "string" ? phase : "UNKNOWN",
    ...(typeof by === "string" && { rolledBack: { by, ...(typeof to === "string" && { to }) } }),
  };
}

/** A damaged value counts as a deployment that must exist. */
export function awaitedIn(value: unknown): Awaited | undefined {
  if (value === undefined) return undefined;
  const { known, must, lost, unseen } = isPlainObject(value) ? value : {};
  const ids = Array.isArray(known) ? known.filter((id): id is string => typeof id === "string") : [];
  return {
    known: ids,
    must: must !== false,
    ...(lost === true && { lost }),
    ...(unseen === true && { unseen }),
  };
}

function alertsIn(map: Record<string, unknown>): Record<string, HeldAlert> {
  const whole = Object.entries(map).filter(
    ([, alert]) =>
      isPlainObject(alert) && typeof alert["id"] === "string" && typeof alert["held"] === "string",
  );
  return Object.fromEntries(whole) as Record<string, HeldAlert>;
}
