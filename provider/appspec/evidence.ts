import { adoptable, covers, differences, OWNED } from "./covers";
import { isDefault } from "./defaults";
import { changes, isEqual, mapLeaves, overlap, valueAt, type Path } from "./diff";
import { isCiphertext, isSecretPlace, KEPT_SECRET } from "./secrets";

/**
 * What a spec of the service proves about an update. Specs are in the form by name. Pure.
 */

/** An update as it is sent. */
export interface SentUpdate {
  /** The service's spec before it. */
  readonly before: unknown;
  readonly request: unknown;
  /** The inputs that the service accepted last; absent where they are unknown, as for an app that is adopted. */
  readonly olds?: unknown;
  readonly news: unknown;
  /** The service's spec that the state records; a difference to `before` is drift. */
  readonly recorded?: unknown;
}

/** False if the service's spec before the update has all of it already, so that the update need not deploy. */
export const asksForChange = (sent: SentUpdate): boolean =>
  !adoptable(sent.before, sent.request) || removedBy(sent).length > 0;

/** True if the service's spec has to be another one after the update. A removed field may come back as its default. */
export const isVisible = (sent: SentUpdate): boolean =>
  !adoptable(sent.before, sent.request) || visibleRemovals(sent).length > 0;

/**
 * True if the service's spec can only be the result of the update: it differs from the one before, has everything that the update
 * sends, nothing that the update removes, and another ciphertext for each secret that is sent in plain text.
 */
export function provesUpdate(sent: SentUpdate, now: unknown): boolean {
  const { before, request } = sent;
  if (!covers(now, request) || changes(before, now).length === 0) return false;
  if (visibleRemovals(sent).some((path) => isUnchanged(sent, now, path))) return false;
  return clearSecrets(request).every((path) => {
    const shown = valueAt(now, path);
    return isCiphertext(shown) ? shown !== valueAt(before, path) : isEqual(shown, valueAt(request, path));
  });
}

/** Parts of a spec from before the update. */
export interface StaleParts {
  /** Secrets whose value the program has changed, and whose ciphertext is the same. */
  readonly secrets: readonly Path[];
  /** Items that the update removes, such as variables and components. */
  readonly items: readonly Path[];
  /** Other values that the update changes. The service may have its reasons to keep one. */
  readonly values: readonly Path[];
}

/** What a spec still has from before an update that the service has accepted, although the update must have changed it. */
export const staleParts = (sent: SentUpdate, now: unknown): StaleParts => ({
  secrets: rotatedSecrets(sent).filter((path) => isUnchanged(sent, now, path)),
  items: visibleRemovals(sent).filter((path) => isItem(path) && isUnchanged(sent, now, path)),
  values: changedValues(sent).filter((path) => isUnchanged(sent, now, path)),
});

/** True if the service still shows a spec from before an update that it has accepted: all of it, or stale parts. */
export function isFromBefore(sent: SentUpdate, now: unknown): boolean {
  const { secrets, items, values } = staleParts(sent, now);
  if (secrets.length + items.length + values.length > 0) return true;
  return isVisible(sent) && changes(sent.before, now).length === 0;
}

const isUnchanged = ({ before }: SentUpdate, now: unknown, path: Path): boolean =>
  isEqual(valueAt(before, path), valueAt(now, path));

/** The service has stored a value for them that the program has changed since. */
function rotatedSecrets({ before, request, olds, news }: SentUpdate): Path[] {
  return clearSecrets(request).filter((path) => {
    const then = valueAt(olds, path);
    const isKnown = typeof then === "string" && !isCiphertext(then) && then !== KEPT_SECRET && then !== "";
    return isKnown && then !== valueAt(news, path) && isCiphertext(valueAt(before, path));
  });
}

/**
 * Values that the update has to change: the program has changed them, or somebody else at the service. A value that the service
 * writes in its own way differs in every update, and proves nothing.
 */
function changedValues({ before, request, olds, news, recorded }: SentUpdate): Path[] {
  const secrets = clearSecrets(request);
  const differing = differences(before, request)
    .filter(({ kind, path }) => kind !== "add" && !secrets.some((secret) => isEqual(secret, path)))
    .map(({ path }) => path);
  if (olds === undefined) return differing;
  const causes = [...changes(olds, news), ...(recorded === undefined ? [] : changes(recorded, before))];
  return differing.filter((path) => causes.some((cause) => overlap(cause.path, path)));
}

const visibleRemovals = (sent: SentUpdate): Path[] =>
  removedBy(sent).filter((path) => !isDefault(path, valueAt(sent.before, path)));

/** Places that the update removes from the service's spec. */
function removedBy({ before, request, olds, news }: SentUpdate): Path[] {
  const removals = (from: unknown, to: unknown): Path[] =>
    changes(from, to)
      .filter(({ kind }) => kind === "remove")
      .map(({ path }) => path);
  const items = removals(before, request).filter((path) => isItem(path) || typeof path.at(-1) === "number");
  const byProgram = olds === undefined ? [] : removals(olds, news);
  return [...byProgram, ...items].filter((path) => valueAt(before, path) !== undefined);
}

/** An item of a list whose items a program owns, or all items of one. */
const isItem = (path: Path): boolean => OWNED.has(String(path.at(-2))) || OWNED.has(String(path.at(-1)));

/** Places of secrets that a spec, in the form by name, contains in plain text. */
function clearSecrets(spec: unknown): Path[] {
  const found: Path[] = [];
  mapLeaves(spec, (leaf, path) => {
    const isClear = typeof leaf === "string" && leaf !== "" && !isCiphertext(leaf);
    if (isClear && isSecretPlace(path, valueAt(spec, path.slice(0, -1)))) found.push(path);
    return leaf;
  });
  return found;
}
