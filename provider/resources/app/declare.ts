import { cannotBeReplaced, isReplaced } from "./name-taken";
import type { ManagedApps } from "../managed-apps";
import { databasesLost } from "../../appspec/warnings";
import { nameIn } from "../../appspec/app-name";
import { listsToMaps } from "../../appspec/lists-by-name";
import type { ResourceMeta } from "../meta";
import type { AppInputs } from "./state";

/** Result of declaring an App, given the Apps declared before it. */
export interface Declaration {
  /** Why this declaration is not possible. */
  readonly conflicts: readonly string[];
  /** For previews: what is lost when the previous app is deleted. */
  readonly warnings: readonly string[];
  readonly isReplacement: boolean;
}

/** Records what the program declares, and checks it for conflicts. */
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
    warnings: [isReplaced(recorded, when, databasesLost(listsToMaps(before)))],
    isReplacement: true,
  };
}
