import { COMPONENT_LISTS, KIND_OF_LIST } from "./component-lists";
import { valueAt, type Change, type Path } from "./diff";
import { formatPath, isPlainObject } from "./lists-by-name";
import type { Differences } from "./unknown";

/**
 * What an update removes or puts at risk, or may remove, one sentence each. Pure.
 * @param olds the spec accepted last, in the form by name
 * @param news the spec wanted now, in the same form
 */
export function planWarnings(olds: unknown, news: unknown, { known, unknown }: Differences): string[] {
  return [
    ...known.flatMap((change) => RISKS.flatMap((risk) => risk(change, olds, news) ?? [])),
    ...unknown.flatMap(({ path }) => OPEN_RISKS.flatMap((risk) => risk(path, olds) ?? [])),
  ];
}

/** The data lost when an app is deleted with its databases, one sentence each. Pure. */
export function databasesLost(spec: unknown): string[] {
  const databases = valueAt(spec, ["databases"]);
  if (!isPlainObject(databases)) return [];
  return Object.keys(databases).flatMap((name) => {
    const change: Change = { path: ["databases", name], kind: "remove", before: databases[name] };
    return databaseGone(change, spec) ?? [];
  });
}

type Risk = (change: Change, olds: unknown, news: unknown) => string | undefined;

const RISKS: readonly Risk[] = [databaseGone, componentGone, domainGone, smaller, archived, moved];

/** The items of a list by name that a change takes away: one of them, or the list with all of them. */
function goneFrom(list: string, { path, kind, before }: Change): string[] {
  if (kind !== "remove" || path[0] !== list) return [];
  if (path.length === 2) return [String(path[1])];
  return path.length === 1 && typeof before === "object" && before !== null ? Object.keys(before) : [];
}

function databaseGone(change: Change, olds: unknown): string | undefined {
  const gone = goneFrom("databases", change);
  if (gone.length === 0) return undefined;
  return gone
    .map((name) =>
      valueAt(olds, ["databases", name, "production"]) === true
        ? `The database ${name} is removed from the app. Its cluster and data are kept.`
        : `The dev database ${name} is removed, and all its data is lost. Back it up first.`,
    )
    .join(" ");
}

function componentGone(change: Change): string | undefined {
  const sentences = COMPONENT_LISTS.flatMap((list) => {
    const noun = list === "functions" ? "functions component" : KIND_OF_LIST[list];
    return goneFrom(list, change).map((name) => `The ${noun} ${name} is shut down and removed.`);
  });
  return sentences.length > 0 ? sentences.join(" ") : undefined;
}

function domainGone(change: Change): string | undefined {
  const gone = goneFrom("domains", change);
  return gone.length > 0 ? `The app is no longer served at ${gone.join(", ")}.` : undefined;
}

function smaller({ path, before, after }: Change): string | undefined {
  const field = path.at(-1);
  const place = formatPath(path);
  if (field === "instance_count" || field === "max_instance_count")
    return Number(after) < Number(before)
      ? `${place} decreases from ${String(before)} to ${String(after)}: fewer containers share the load.`
      : undefined;
  if (field !== "instance_size_slug") return undefined;
  const [from, to] = [size(before), size(after)];
  if (!from || !to || (to.memory >= from.memory && to.cpus >= from.cpus)) return undefined;
  return `${place} decreases from ${String(before)} to ${String(after)}: the component may run out of memory or CPU.`;
}

/** What a value that is not known yet may remove. */
type OpenRisk = (path: Path, olds: unknown) => string | undefined;

const OPEN_RISKS: readonly OpenRisk[] = [mayLoseData, mayLoseDomains, mayBeArchived, mayMove];

const open = (path: Path): string => `${formatPath(path)} is not known yet`;

/** The items that a list by name had, where all of it, or all of the spec, is not known yet. */
function atStake(list: string, path: Path, olds: unknown): [name: string, item: unknown][] {
  const items = valueAt(olds, [list]);
  const isWhole = path.length === 0 || (path.length === 1 && path[0] === list);
  return isWhole && isPlainObject(items) ? Object.entries(items) : [];
}

function mayLoseData(path: Path, olds: unknown): string | undefined {
  const lost = atStake("databases", path, olds).filter(([, item]) => valueAt(item, ["production"]) !== true);
  if (lost.length === 0) return undefined;
  const [what, it] = lost.length === 1 ? ["the dev database", "it is"] : ["the dev databases", "they are"];
  return `${open(path)}: ${what} ${names(lost)} may be removed, with all data. Check that ${it} still in the list, or back up first.`;
}

function mayLoseDomains(path: Path, olds: unknown): string | undefined {
  const lost = atStake("domains", path, olds);
  return lost.length > 0 ? `${open(path)}: the app may no longer be served at ${names(lost)}.` : undefined;
}

function mayBeArchived(path: Path, olds: unknown): string | undefined {
  const isArchive = path[0] === "maintenance" && (path.length === 1 || path[1] === "archive");
  return isArchive && valueAt(olds, ["maintenance", "archive"]) !== true
    ? `${open(path)}: the app may be taken offline.`
    : undefined;
}

function mayMove(path: Path, olds: unknown): string | undefined {
  const region = valueAt(olds, ["region"]);
  return path[0] === "region" && region !== undefined
    ? `${open(path)}: the app may move from region ${String(region)}.`
    : undefined;
}

const names = (items: readonly [name: string, item: unknown][]): string =>
  items.map(([name]) => name).join(", ");

/** The slugs of old plans say nothing about themselves. Memory in GB. */
const OLD_SIZES: Readonly<Record<string, { cpus: number; memory: number }>> = {
  "basic-xxs": { cpus: 1, memory: 0.5 },
  "basic-xs": { cpus: 1, memory: 1 },
  "basic-s": { cpus: 1, memory: 2 },
  "basic-m": { cpus: 2, memory: 4 },
  "professional-xs": { cpus: 1, memory: 1 },
  "professional-s": { cpus: 1, memory: 2 },
  "professional-m": { cpus: 2, memory: 4 },
  "professional-1l": { cpus: 1, memory: 4 },
  "professional-l": { cpus: 2, memory: 8 },
  "professional-xl": { cpus: 4, memory: 16 },
};

/** CPUs and memory from a slug such as `apps-s-1vcpu-0.5gb`. */
function size(slug: unknown): { cpus: number; memory: number } | undefined {
  if (typeof slug !== "string") return undefined;
  if (Object.hasOwn(OLD_SIZES, slug)) return OLD_SIZES[slug];
  const parts = /-(\d+)vcpu-(\d+(?:\.\d+)?)gb/.exec(slug);
  return parts ? { cpus: Number(parts[1]), memory: Number(parts[2]) } : undefined;
}

function archived({ path }: Change, olds: unknown, news: unknown): string | undefined {
  const archive = ["maintenance", "archive"];
  const starts =
    path[0] === "maintenance" && valueAt(news, archive) === true && valueAt(olds, archive) !== true;
  return starts
    ? "maintenance.archive: the app is taken offline; its components are shut down until you set it to false again."
    : undefined;
}

function moved({ path, before, after }: Change): string | undefined {
  if (path[0] !== "region" || before === undefined) return undefined;
  return `The app moves from region ${String(before)} to ${String(after ?? "a region that the service chooses")}: every component is redeployed there.`;
}
