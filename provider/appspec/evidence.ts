import { adoptable, covers, OWNED } from "./covers";
import { isDefault } from "./defaults";
import { changes, isEqual, mapLeaves, valueAt, type Change, type Path } from "./diff";
import { toKeyed } from "./lists-by-name";
import { isCiphertext, isSecretPlace, KEPT_SECRET } from "./secrets";

/**
 * What a spec of the service proves about an update. Specs are in their list form. Pure.
 */

/** An update as it is sent. */
export interface SentUpdate {
  /** The service's spec before it. */
  readonly before: unknown;
  /** The spec that is sent. */
  readonly request: unknown;
  /** The inputs that the service accepted last, where they are known; in the form by name. */
  readonly olds?: unknown;
  /** The inputs now, in the form by name. */
  readonly news?: unknown;
}

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

/**
 * True where the service's spec can only be the result of the update: it differs from the one before, has everything that the
 * update sends, nothing that the update takes away, and another ciphertext for each secret that is sent in clear.
 */
export function provesUpdate(sent: SentUpdate, now: unknown): boolean {
  const [before, held, wanted] = [sent.before, now, sent.request].map((spec) => toKeyed(spec));
  if (!covers(held, wanted) || changes(before, held).length === 0) return false;
  if (removedBy(sent).some((path) => isEqual(valueAt(before, path), valueAt(held, path)))) return false;
  return clearSecrets(wanted).every((path) => {
    const shown = valueAt(held, path);
    return isCiphertext(shown) ? shown !== valueAt(before, path) : isEqual(shown, valueAt(wanted, path));
  });
}

/** True where the service's spec before the update has all of it already, so that nothing in a spec can prove the update. */
export function changesNothing(sent: SentUpdate): boolean {
  const [before, wanted] = [sent.before, sent.request].map((spec) => toKeyed(spec));
  return covers(before, wanted) && removedBy(sent).length === 0 && clearSecrets(wanted).length === 0;
}

/**
 * True where a spec that the service shows after it accepted the update is still the one before: it equals that one though the
 * update changes something, or has a removed item, or the ciphertext of a secret whose value the program has changed.
 */
export function isFromBefore(sent: SentUpdate, now: unknown): boolean {
  const [before, held] = [sent.before, now].map((spec) => toKeyed(spec));
  if (rotatedSecrets(sent).some((path) => valueAt(before, path) === valueAt(held, path))) return true;
  if (removedItems(sent).some((path) => isEqual(valueAt(before, path), valueAt(held, path)))) return true;
  return !changesNothing(sent) && changes(before, held).length === 0;
}

/** Secrets whose value the program has changed, and that the service has stored: their ciphertext has to change. */
export function rotatedSecrets({ before, request, olds, news }: SentUpdate): Path[] {
  const [held, wanted] = [before, request].map((spec) => toKeyed(spec));
  return clearSecrets(wanted).filter((path) => {
    const [then, now] = [valueAt(olds, path), valueAt(news, path)];
    const isKnown = typeof then === "string" && !isCiphertext(then) && then !== KEPT_SECRET && then !== "";
    return isKnown && then !== now && isCiphertext(valueAt(held, path));
  });
}

/** Items, such as variables and components, that the update takes away from lists whose items a program owns. */
export const removedItems = (sent: SentUpdate): Path[] =>
  removedBy(sent).filter((path) => OWNED.has(String(path.at(-2))) || OWNED.has(String(path.at(-1))));

/** Places that the update takes away from the service's spec. Defaults stay, or come back. */
function removedBy({ before, request, olds, news }: SentUpdate): Path[] {
  const [held, wanted] = [before, request].map((spec) => toKeyed(spec));
  const isItem = ({ path }: Change): boolean =>
    typeof path.at(-1) === "number" || OWNED.has(String(path.at(-1))) || OWNED.has(String(path.at(-2)));
  const removals = (from: unknown, to: unknown): Change[] =>
    changes(from, to).filter(({ kind }) => kind === "remove");
  const byProgram = olds === undefined ? [] : removals(olds, news);
  return [...byProgram, ...removals(held, wanted).filter(isItem)]
    .map(({ path }) => path)
    .filter((path) => valueAt(held, path) !== undefined && !isDefault(path, valueAt(held, path)));
}

/** Places of secrets that a spec, in the form by name, has in clear. */
function clearSecrets(spec: unknown): Path[] {
  const found: Path[] = [];
  mapLeaves(spec, (leaf, path) => {
    const isClear = typeof leaf === "string" && leaf !== "" && !isCiphertext(leaf);
    if (isClear && isSecretPlace(path, valueAt(spec, path.slice(0, -1)))) found.push(path);
    return leaf;
  });
  return found;
}
