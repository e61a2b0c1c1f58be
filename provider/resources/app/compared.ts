import type { Change, Path } from "../../appspec/diff";
import type { Plan } from "../../appspec/plan";
import type { Secrecy } from "../../secrets/mask-errors";
import type { AppOutputs, LastDeployment } from "./state";

/** A program's App compared with the state. */
export interface Compared {
  readonly olds: AppOutputs;
  readonly planned: Plan;
  /** The last deployment, if its phase has changed since the last run. */
  readonly latest: LastDeployment | undefined;
  /** Places that the state will encrypt from now on. */
  readonly hidden: readonly Path[];
  readonly secrecy: Secrecy;
  readonly changed: readonly Change[];
  /** All changes are in places that `ignoreChanges` leaves to the service. */
  readonly isIgnored: boolean;
  readonly isUpdated: boolean;
}
