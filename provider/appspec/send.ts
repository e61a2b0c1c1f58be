import { mapsToLists, inOrder } from "./lists-by-name";
import { normalizeScalars } from "./coerce-scalars";
import type { AppSpec } from "./types";

/**
 * Converts an AppSpec from its by-name form to the form the service expects. Pure.
 * @param order of the lists in the program; see `listOrder`
 */
export function sendable(keyed: unknown, order: unknown): AppSpec {
  return normalizeScalars(inOrder(mapsToLists(keyed) as AppSpec, order));
}
