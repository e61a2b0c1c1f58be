import { fromKeyed, inOrder } from "./lists-by-name";
import { normalizeScalars } from "./coerce-scalars";
import type { AppSpec } from "./types";

/**
 * An AppSpec as the service takes it, from its form by name. Pure.
 * @param order of the lists, as the program had them; see `listOrder`
 */
export function sendable(keyed: unknown, order: unknown): AppSpec {
  return normalizeScalars(inOrder(fromKeyed(keyed) as AppSpec, order));
}
