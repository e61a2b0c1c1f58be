import { changes, mapLeaves, valueAt, withValueAt, type Change, type Path } from "./diff";
import { hideSecrets, KEPT_SECRET } from "./secrets";

/**
 * What changed at the service since our last write: its current spec compared with its spec then, both in the by-name form.
 * Server defaults are in both, so they never count. Neither does a secret whose value the state never had, as in an imported
 * app. Empty if nothing changed.
 */
export function drift(then: unknown, now: unknown): Change[] {
  return changes(then, now).filter(
    ({ before, after }) => before !== KEPT_SECRET || typeof after !== "string",
  );
}

/** The service's current spec, with secrets hidden if the state does not have them. */
export function hiddenAsBefore(then: unknown, now: unknown): unknown {
  return mapLeaves(now, (leaf, path) =>
    typeof leaf === "string" && valueAt(then, path) === KEPT_SECRET ? KEPT_SECRET : leaf,
  );
}

/**
 * The inputs that would produce the service's current spec: the inputs of our last write with the drift applied. Changed
 * secrets appear only as a placeholder.
 */
export function inputsWithDrift(inputs: unknown, then: unknown, now: unknown): unknown {
  const shown = hideSecrets(now);
  return drift(then, now).reduce((spec, change) => {
    const path = placeIn(spec, change.path);
    return withValueAt(spec, path, valueAt(shown, path));
  }, inputs);
}

/** A list that the inputs do not contain, or contain with other items, is copied as a whole, since indexes do not match. */
function placeIn(inputs: unknown, path: Path): Path {
  const index = path.findIndex((step) => typeof step === "number");
  if (index < 0) return path;
  const list = path.slice(0, index);
  return valueAt(inputs, path) === undefined ? list : path;
}
