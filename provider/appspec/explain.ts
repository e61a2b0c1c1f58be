import { LIST_OF_KIND } from "./component-lists";
import { type ComponentPlan } from "./component-plans";
import { formatPath } from "./lists-by-name";
import type { Plan } from "./plan";

/** US dollars a month by slug of an instance size. */
export type SizePrices = ReadonlyMap<string, number>;

/**
 * The plan as readable lines: one per affected component, and one for all others. Contains no values. Pure.
 * @param prices of instance sizes; new components are shown with them
 */
export function explain(planned: Plan, prices: SizePrices = new Map()): string[] {
  if (planned.action === "resume" && planned.possible === undefined) return [];
  const deploys = planned.action === "update" || planned.action === "redeploy";
  const mayDeploy = planned.possible !== undefined;
  const described = planned.components.map((component) =>
    describe(component, { deploys, mayDeploy }, prices),
  );
  const lines = described.filter((line) => line !== undefined);
  const unchanged = described.length - lines.length;
  if (unchanged > 0) lines.push(`${unchanged} ${unchanged === 1 ? "component" : "components"} unchanged`);
  return [...lines, ...otherUnknown(planned)];
}

/** Whether there will be a deployment, which runs jobs. */
interface Outlook {
  readonly deploys: boolean;
  readonly mayDeploy: boolean;
}

/** Undefined for an unchanged component. */
function describe(component: ComponentPlan, outlook: Outlook, prices: SizePrices): string | undefined {
  const { name, kind, possible, unknown } = component;
  const texts = [
    certain(component, outlook, prices),
    possible && `${mayText(component)}: ${isNotKnown(unknown)}`,
  ].filter(Boolean);
  return texts.length > 0 ? `${SIGNS[component.effect]} ${name} (${kind}): ${texts.join("; ")}` : undefined;
}

const SIGNS = { created: "+", removed: "-", rebuilt: "~", redeployed: "~", unchanged: "~" } as const;

/** The effect that is certain, whatever the unknown values are. */
function certain(
  component: ComponentPlan,
  { deploys, mayDeploy }: Outlook,
  prices: SizePrices,
): string | undefined {
  const { effect, kind, inferred, runs, reasons } = component;
  const likely = inferred ? " (likely)" : "";
  const why = reasons.length > 0 ? `: ${list(reasons)}` : "";
  const run = runs && RUNS[runs];
  switch (effect) {
    case "created":
      return describeNew(component, prices) + (run ? `; ${run}` : "");
    case "removed":
      if (kind !== "database") return "remove";
      return component.production
        ? "remove from the app; its cluster and data are kept"
        : "remove, with all its data";
    case "rebuilt":
      return run ? `rebuild${likely}; ${run}${why}` : `rebuild and redeploy${likely}${why}`;
    case "redeployed":
      if (kind === "database") return `change${why}`;
      if (run) return `${run}${why}`;
      return `redeploy${component.possible === "rebuilt" ? "" : " without a new build"}${likely}${why}`;
    case "unchanged":
      if (deploys) return run;
      return run && mayDeploy && component.possible === undefined ? `${run}, if there is one` : undefined;
  }
}

const RUNS = {
  before: "runs before the deployment",
  after: "runs after the deployment",
  "on failure": "runs if the deployment fails",
  unknown: "may run with the deployment",
} as const;

function mayText({ possible, runs }: ComponentPlan): string {
  if (possible === "removed") return "may change or be removed";
  if (runs !== undefined) return possible === "rebuilt" ? "may be rebuilt and run" : "may run";
  return possible === "rebuilt" ? "may be rebuilt and redeployed" : "may be redeployed";
}

/** `create, 2 × apps-s-1vcpu-1gb, $24 a month`. Jobs are billed by use. */
function describeNew({ kind, instances }: ComponentPlan, prices: SizePrices): string {
  if (!instances) return "create";
  const { size, count, most = count } = instances;
  const price = kind === "job" ? undefined : prices.get(size);
  const from = (least: string, greatest: string): string =>
    most === count ? least : `${least} to ${greatest}`;
  const containers = `create, ${from(String(count), String(most))} × ${size}`;
  if (price === undefined) return containers;
  return `${containers}, ${from(formatDollars(price * count), formatDollars(price * most))} a month`;
}

/** `$24` or `$0.50`. */
export const formatDollars = (amount: number): string =>
  `$${Number.isInteger(amount) ? amount : amount.toFixed(2)}`;

/** Values not known yet that belong to no component listed before. */
function otherUnknown({ action, components, unknown }: Plan): string[] {
  const told = components.flatMap((component) => component.unknown.map((place) => `spec.${place}`));
  const inside = components.map(({ kind, name }) => `${formatPath([LIST_OF_KIND[kind], name])}.`);
  const left = unknown.filter(
    (place) =>
      !told.includes(place) &&
      !told.includes(`spec.${place}`) &&
      !inside.some((component) => place.startsWith(component)),
  );
  if (left.length === 0) return [];
  return [action === "create" ? isNotKnown(left) : `${isNotKnown(left)} and may change`];
}

const isNotKnown = (places: readonly string[]): string =>
  `${list(places)} ${places.length === 1 ? "is" : "are"} not known yet`;

const MOST = 3;

function list(items: readonly string[]): string {
  const shown = items.slice(0, MOST).join(", ");
  return items.length > MOST ? `${shown} and ${items.length - MOST} more` : shown;
}
