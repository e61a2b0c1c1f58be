import { changes, mapLeaves, valueAt, withValueAt, type Change, type Path } from "./diff";
import { hideSecrets, KEPT_SECRET } from "./secrets";

/**
 * What changed at the service since our last write: its spec now against its spec then, both in the form by name. Server
 * defaults are in both, so they never count. Nor does a secret of which the state never knew more than that there is one, as
 * of an imported app. Empty when nothing changed.
 */
export function drift(then: unknown, now: unknown): Change[] {
  return changes(then, now).filter(
    ({ before, after }) => before !== KEPT_SECRET || typeof after !== "string",
  );
}

/** The service's spec now, with the secrets hidden that the state does not know. */
export function hiddenAsBefore(then: unknown, now: unknown): unknown {
  return mapLeaves(now, (leaf, path) =>
    typeof leaf === "string" && valueAt(then, path) === KEPT_SECRET ? KEPT_SECRET : leaf,
  );
}

/**
 * The inputs as they would have to be to give what the service holds now: the inputs of our last write with the drift
 * put in. Changed secrets show as a placeholder, in no other form.
 */
export function inputsWithDrift(inputs: unknown, then: unknown, now: unknown): unknown {
  const shown = hideSecrets(now);
  return drift(then, now).reduce((spec, change) => {
    const path = placeIn(spec, change.path);
    return withValueAt(spec, path, valueAt(shown, path));
  }, inputs);
}

/** A list that the inputs do not hold, or hold with other items, is taken over whole: an index means nothing there. */
function placeIn(inputs: unknown, path: Path): Path {
  const index = path.findIndex((step) => typeof step === "number");
  if (index < 0) return path;
  const list = path.slice(0, index);
  return valueAt(inputs, path) === undefined ? list : path;
}
