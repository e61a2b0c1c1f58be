import { COMPONENT_LISTS } from "../../../appspec/component-lists";
import {
  addressOf,
  destinationPath,
  matching,
  type AlertAddress,
  type KeyedDestination,
} from "./destinations";
import { mapsToLists, isPlainObject } from "../../../appspec/lists-by-name";
import { nearest } from "../../../appspec/nearest";
import { KEPT_SECRET } from "../../../appspec/secrets";
import { isUnknown } from "../../../appspec/unknown";

/** The alerts of an AppSpec in either form. */
export interface SpecAlerts {
  readonly alerts: readonly AlertAddress[];
  readonly components: readonly string[];
  /** False if parts are not known yet. */
  readonly complete: boolean;
}

/** Skips anything that is not an alert. Pure. */
export function alertsOfSpec(spec: unknown): SpecAlerts {
  const alerts: AlertAddress[] = [];
  const components: string[] = [];
  let complete = true;
  const items = (holder: unknown, field: string): Record<string, unknown>[] => {
    const list = isPlainObject(holder) ? holder[field] : holder;
    if (isUnknown(list)) complete = false;
    if (!Array.isArray(list)) return [];
    if (list.some(isUnknown)) complete = false;
    return list.filter(isPlainObject);
  };
  const take = (holder: unknown, component?: string): void => {
    for (const { rule, operator, window } of items(holder, "alerts")) {
      if ([rule, operator, window].some(isUnknown)) complete = false;
      else if (typeof rule === "string")
        alerts.push({ component, rule, operator: textOf(operator), window: textOf(window) });
    }
  };
  const list = mapsToLists(spec);
  if (isUnknown(list)) complete = false;
  take(list);
  for (const field of COMPONENT_LISTS)
    for (const component of items(list, field)) {
      const { name } = component;
      if (typeof name !== "string" || isUnknown(name)) continue;
      components.push(name);
      take(component, name);
    }
  return { alerts, components, complete };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/**
 * All problems of the argument `alertDestinations`, with their places.
 * @param destinations a map by key; a list only if it could not be converted
 */
export function checkDestinations(destinations: unknown, spec: unknown): string[] {
  if (destinations === undefined || isUnknown(destinations)) return [];
  if (Array.isArray(destinations)) return checkList(destinations);
  if (!isPlainObject(destinations))
    return [
      "alertDestinations: must be a list of entries with rule, component for an alert of a component, and emails or slackWebhooks",
    ];
  const known = alertsOfSpec(spec);
  const taken = new Map<AlertAddress, string>();
  return Object.entries(destinations).flatMap(([key, entry]) => {
    if (isUnknown(entry)) return [];
    const problems = isPlainObject(entry)
      ? [...contentProblems(entry), ...alertProblem(key, entry as KeyedDestination, known, taken)]
      : ["must be a map of emails and slackWebhooks"];
    return problems.map((problem) => `${destinationPath(key)}: ${problem}`);
  });
}

/** Problems of a list that could not be converted to a map. */
function checkList(list: readonly unknown[]): string[] {
  const broken = list.flatMap((entry, index) => {
    const { rule, component } = isPlainObject(entry) ? entry : {};
    if (typeof rule !== "string" || rule === "")
      return [`alertDestinations[${index}]: needs the rule of an alert, such as CPU_UTILIZATION`];
    if (component !== undefined && (typeof component !== "string" || component === ""))
      return [`alertDestinations[${index}]: component must be the name of a component`];
    return [];
  });
  return broken.length > 0
    ? broken
    : [
        "alertDestinations: two entries are for the same alert. Merge them, or distinguish them by operator and window.",
      ];
}

function alertProblem(
  key: string,
  entry: KeyedDestination,
  { alerts, components, complete }: SpecAlerts,
  taken: Map<AlertAddress, string>,
): string[] {
  const address = addressOf(key, entry);
  if (isUnknown(address.operator) || isUnknown(address.window)) return [];
  const found = matching(address, alerts);
  const [only, another] = found;
  if (only && another)
    return [
      `the spec has ${found.length} alerts of this rule. Specify which one: ${found.map(limits).join(", or ")}`,
    ];
  if (only) {
    const other = taken.get(only);
    taken.set(only, key);
    return other === undefined ? [] : [`is for the same alert as ${destinationPath(other)}`];
  }
  if (!complete) return [];
  const { component } = address;
  if (component !== undefined && !components.includes(component)) {
    const near = nearest(component, components);
    return [`the spec has no component ${component}${near === undefined ? "" : `; did you mean ${near}?`}`];
  }
  const holder = component === undefined ? "the spec" : `the component ${component}`;
  const extra = limits(address);
  return [
    `${holder} has no such alert. Add the rule ${address.rule}${extra && ` (${extra})`} under its alerts.`,
  ];
}

const limits = ({ operator, window }: AlertAddress): string =>
  [operator && `operator ${operator}`, window && `window ${window}`].filter(Boolean).join(", ");

const FIELDS = ["component", "rule", "operator", "window", "emails", "slackWebhooks"];

function contentProblems(entry: Record<string, unknown>): string[] {
  const { emails, slackWebhooks } = entry;
  const unknownFields = Object.keys(entry).filter((field) => !FIELDS.includes(field));
  return [
    ...unknownFields.map((field) => {
      const near = nearest(field, FIELDS);
      return `${field} is not a field of an alert destination${near === undefined ? "" : `; did you mean ${near}?`}`;
    }),
    ...(isList(emails, isEmail) ? [] : ["emails must be a list of email addresses"]),
    ...(isWebhooks(slackWebhooks)
      ? []
      : ["slackWebhooks must be a list of { url, channel }, with a URL that begins with https://"]),
  ];
}

const isList = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
  value === undefined || isUnknown(value) || (Array.isArray(value) && value.every(isItem));

const isEmail = (value: unknown): boolean =>
  isUnknown(value) || (typeof value === "string" && /^[^@\s]+@[^@\s]+$/.test(value));

const isUrl = (value: unknown): boolean =>
  // The placeholder comes from the state if changes of this argument are ignored.
  isUnknown(value) || (typeof value === "string" && (value === KEPT_SECRET || /^https:\/\/\S/.test(value)));

function isWebhooks(value: unknown): boolean {
  if (isPlainObject(value)) return Object.values(value).every((hook) => isUnknown(hook) || isWebhook(hook));
  return isList(
    value,
    (hook) => isWebhook(hook) && typeof (hook as { channel?: unknown }).channel === "string",
  );
}

const isWebhook = (hook: unknown): boolean => isPlainObject(hook) && isUrl(hook["url"]);
