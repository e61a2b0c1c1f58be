import { mapLeaves, valueAt, type Path } from "../../appspec/diff";
import { isPlainObject } from "../../appspec/lists-by-name";
import { isCiphertext, KEPT_SECRET } from "../../appspec/secrets";
import { isEvident, isSecretArgument, placesFrom, type SecretPlaces } from "../../secrets/program-secrets";
import { repeats } from "../../secrets/redact";
import { secrecyOf } from "./app-secrets";
import type { AppInputs } from "./state";

/** Shorter texts may occur anywhere by chance. */
const SHORTEST_TEXT = 6;

interface Sources {
  /** The inputs of the operation. */
  readonly given: object;
  /** The previous values, whose secrets remain secret. */
  readonly olds?: object | undefined;
  /** Inputs in which the engine marks secrets itself, and in the outputs at the same places. */
  readonly marked: object;
}

/** Places of secrets in the inputs or outputs of an App that the engine does not mark itself. Pure. */
export function secretPaths(values: object, { given, olds, marked }: Sources): Path[] {
  const places = placesFrom((values as AppInputs).__secrets) ?? [];
  const { unmistakable } = secrecyOf(
    { ...(given as AppInputs), __secrets: places },
    olds as AppInputs | undefined,
  );
  const texts = unmistakable.filter((text) => text.length >= SHORTEST_TEXT && text !== KEPT_SECRET);
  const found: Path[] = [...places, ...outputsAt(places)].filter((path) => isOnlyIn(values, marked, path));
  for (const argument of ["spec", "alertDestinations"])
    mapLeaves(valueAt(values, [argument]), (leaf, inner) => {
      const path = [argument, ...inner];
      const isPlace = isEvident(values, path) && isOnlyIn(values, marked, path);
      if (isOpen(leaf) && (isPlace || (valueAt(marked, path) !== leaf && repeats(leaf, texts))))
        found.push(path);
      return leaf;
    });
  return found;
}

/** True if the engine has no input at the same place; otherwise it marks the value itself if that input is secret. */
function isOnlyIn(values: object, given: object, path: Path): boolean {
  const [value, other] = [valueAt(values, path), valueAt(given, path)];
  return value !== undefined && (other === undefined || isPlainObject(value) !== isPlainObject(other));
}

const isOpen = (leaf: unknown): leaf is string =>
  typeof leaf === "string" && leaf !== "" && leaf !== KEPT_SECRET && !isCiphertext(leaf);

/** Outputs that contain an argument under another name. */
function outputsAt(places: SecretPlaces): Path[] {
  const isAt = (...path: Path): boolean => isSecretArgument(places, path);
  return [
    ...(isAt("projectId") ? [["project"]] : []),
    ...(isAt("spec", "region") ? [["region"]] : []),
    ...(isAt("spec", "name") ? [["liveUrl"], ["liveDomain"], ["defaultIngress"]] : []),
    ...(isAt("spec", "domains") ? [["liveUrl"], ["liveDomain"]] : []),
  ];
}
