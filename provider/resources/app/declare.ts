import { cannotBeReplaced, isReplaced } from "./name-taken";
import type { ManagedApps } from "../managed-apps";
import { databasesLost } from "../../appspec/warnings";
import { nameIn } from "../../appspec/app-name";
import { listsToMaps } from "../../appspec/lists-by-name";
import type { ResourceMeta } from "../meta";
import type { AppInputs } from "./state";

/** What follows from an App that the program declares, given those that it has declared before. */
export interface Declaration {
  /** Why it cannot be declared so. */
  readonly conflicts: readonly string[];
  /** The app of before is deleted: what is lost with it. */
  readonly warnings: readonly string[];
  readonly isReplacement: boolean;
}

/** Notes what the program declares, and finds out whether it can be. */
export function declareApp(
  managed: ManagedApps,
  olds: Partial<AppInputs>,
  news: AppInputs,
  { urn, program = {} }: ResourceMeta,
): Declaration {
  if (urn === undefined) return { conflicts: [], warnings: [], isReplacement: false };
  const name = nameIn(news.spec);
  const isNew = olds.spec === undefined;
  const before = managed.recordedSpec(urn);
  const conflicts = managed.declare(urn, { name, adopt: news.adopt }, olds.spec);
  const recorded = nameIn(before);
  // Pulumi checks a replacement twice: against the state, and again as a new resource.
  if (!isNew || recorded === undefined) return { conflicts, warnings: [], isReplacement: false };
  const deleteBeforeReplace = program.deleteBeforeReplace === true;
  const obstacle = cannotBeReplaced({ name, recorded, adopt: news.adopt, deleteBeforeReplace });
  if (obstacle !== undefined)
    return { conflicts: [...conflicts, obstacle], warnings: [], isReplacement: true };
  const when = deleteBeforeReplace ? "first" : "afterwards";
  return {
    conflicts,
    warnings: program.preview ? [isReplaced(recorded, when, databasesLost(listsToMaps(before)))] : [],
    isReplacement: true,
  };
}
