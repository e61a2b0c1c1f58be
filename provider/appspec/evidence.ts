import { changes, valueAt, type Change } from "./diff";
import { adoptable, OWNED } from "./covers";
import { toKeyed } from "./lists-by-name";

/**
 * What a spec of the service proves about an update. Pure.
 */

/**
 * False where an update asks for nothing that the service does not have already, so that it need not deploy.
 * @param before the service's spec before the update
 * @param request the spec that is sent
 * @param olds the inputs that the service took last, where that is known; in the form by name
 * @param news the inputs now, likewise
 */
export function asksForChange(before: unknown, request: unknown, olds: unknown, news: unknown): boolean {
  const held = toKeyed(before);
  const wanted = toKeyed(request);
  if (!adoptable(held, wanted) || changes(wanted, held).some(isWholeList)) return true;
  // What the program leaves out now could be there as a default: the request asks for its going.
  const removed = olds === undefined ? [] : changes(olds, news).filter(({ kind }) => kind === "remove");
  return removed.some(({ path }) => valueAt(held, path) !== undefined);
}

/** All items of a list that a program owns. */
const isWholeList = ({ kind, path, after }: Change): boolean =>
  kind === "add" && OWNED.has(String(path.at(-1))) && Object.keys(after ?? {}).length > 0;
