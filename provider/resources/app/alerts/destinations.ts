import { createHash } from "node:crypto";
import type { Alert, AlertDestinations } from "../../../api/types";
import { isEqual } from "../../../appspec/diff";
import { isPlainObject } from "../../../appspec/lists-by-name";
import { KEPT_SECRET } from "../../../appspec/secrets";

/** Recipients of one alert. The alert's rule itself is part of the AppSpec. */
export interface AlertDestination {
  /** Name of the component the alert belongs to. @default the app as a whole */
  component?: string;
  /** Rule of an alert in the spec, such as `CPU_UTILIZATION`. */
  rule: string;
  /** Required if the rule occurs more than once. */
  operator?: string;
  /** Required if the rule occurs more than once. */
  window?: string;
  /** Email addresses of users with access to the app. @default none */
  emails?: string[];
  /** The URLs are treated as secrets. @default none */
  slackWebhooks?: SlackWebhook[];
}

export interface SlackWebhook {
  url: string;
  channel: string;
}

/** The form that Pulumi sees: a map by component and rule, with webhooks as a map by channel. */
export type KeyedDestinations = Readonly<Record<string, KeyedDestination>>;

export interface KeyedDestination {
  readonly operator?: string;
  readonly window?: string;
  readonly emails?: readonly string[];
  readonly slackWebhooks?: Readonly<Record<string, { url: string }>> | readonly SlackWebhook[];
}

/** Identifies an alert of an app. */
export interface AlertAddress {
  readonly component?: string | undefined;
  readonly rule: string;
  readonly operator?: string | undefined;
  readonly window?: string | undefined;
}

/** The path of an entry as Pulumi prints it. */
export const destinationPath = (key: string): string => `alertDestinations[${JSON.stringify(key)}]`;

/**
 * Keys such as `web/CPU_UTILIZATION`, or `DEPLOYMENT_FAILED` for the app as a whole; with operator and window if component
 * and rule repeat. Undefined if the list cannot become a map: an entry has no rule, or two are for the same alert.
 */
export function destinationKeys(list: readonly unknown[]): string[] | undefined {
  const plain: string[] = [];
  for (const entry of list) {
    if (!isPlainObject(entry) || !isName(entry["rule"])) return undefined;
    const { component, rule } = entry;
    if (component !== undefined && !isName(component)) return undefined;
    plain.push(component === undefined ? rule : `${component}/${rule}`);
  }
  const keys = plain.map((key, index) => {
    if (plain.indexOf(key) === plain.lastIndexOf(key)) return key;
    const { operator, window } = list[index] as Record<string, unknown>;
    return [key, ...[operator, window].filter((part) => typeof part === "string")].join(":");
  });
  return new Set(keys).size === keys.length ? keys : undefined;
}

const isName = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value !== "__proto__";

/** The alert that an entry refers to. */
export function addressOf(key: string, entry: KeyedDestination): AlertAddress {
  const slash = key.indexOf("/");
  const [rule = ""] = key.slice(slash + 1).split(":");
  return {
    ...(slash >= 0 && { component: key.slice(0, slash) }),
    rule,
    operator: entry.operator,
    window: entry.window,
  };
}

/** Undefined for the service's values that mean "none". */
const said = (value: string | undefined): string | undefined =>
  value === undefined || value === "" || value.startsWith("UNSPECIFIED_") ? undefined : value;

/** The alerts that match an address; omitted fields match anything. */
export function matching<T extends AlertAddress>(address: AlertAddress, alerts: readonly T[]): T[] {
  const same = (one: string | undefined, other: string | undefined): boolean =>
    said(one) === undefined || said(one) === said(other);
  return alerts.filter(
    (alert) =>
      said(alert.component) === said(address.component) &&
      alert.rule === address.rule &&
      same(address.operator, alert.operator) &&
      same(address.window, alert.window),
  );
}

/** The service's alert for an address; undefined if there is none, or if it is ambiguous. */
export function findAlert(
  address: AlertAddress,
  specAlerts: readonly AlertAddress[],
  alerts: readonly Alert[],
): Alert | undefined {
  const listed = alerts.map((alert) => {
    const { rule = "", operator, window } = alert.spec ?? {};
    return { component: alert.component_name, rule, operator, window, alert };
  });
  // The alert in the spec may be more specific than the entry.
  const [full = address] = matching(address, specAlerts);
  const found = matching(full, listed);
  const exact = found.filter(
    (one) => said(one.operator) === said(full.operator) && said(one.window) === said(full.window),
  );
  const [only, another] = exact.length > 0 ? exact : found;
  return another === undefined ? only?.alert : undefined;
}

/** Webhooks of either form, as a list. */
export function webhooksOf(entry: KeyedDestination | undefined): SlackWebhook[] {
  const { slackWebhooks = [] } = entry ?? {};
  if (Array.isArray(slackWebhooks)) return slackWebhooks as SlackWebhook[];
  return Object.entries(slackWebhooks as Record<string, { url: string }>).map(([channel, { url }]) => {
    return { url, channel };
  });
}

/** The URLs of all webhooks, which must never be printed. */
export function webhookUrls(destinations: unknown): string[] {
  const entries = isPlainObject(destinations)
    ? Object.values(destinations)
    : Array.isArray(destinations)
      ? destinations
      : [];
  return entries
    .flatMap((entry) => (isPlainObject(entry) ? Object.values(entry["slackWebhooks"] ?? {}) : []))
    .map((webhook) => (isPlainObject(webhook) ? webhook["url"] : undefined))
    .filter((url) => typeof url === "string");
}

/**
 * The request for an entry. A webhook that was changed at the service, and whose changes the program ignores, keeps its URL.
 */
export function requestFor(entry: KeyedDestination | undefined, held: AlertDestinations): AlertDestinations {
  const webhooks = webhooksOf(entry).flatMap(({ url, channel }) => {
    if (url !== KEPT_SECRET) return [{ url, channel }];
    return (held.slack_webhooks ?? []).filter((one) => one.channel === channel);
  });
  return { emails: [...(entry?.emails ?? [])], slack_webhooks: webhooks };
}

/** Equal for the same destinations in any order; does not reveal the URLs. */
export function fingerprint({ emails, slack_webhooks: webhooks }: AlertDestinations): string {
  const text = JSON.stringify([
    [...(emails ?? [])].sort(),
    (webhooks ?? []).map(({ url, channel }) => JSON.stringify([channel, url])).sort(),
  ]);
  return createHash("sha256").update(text).digest("hex");
}

/**
 * The entry that corresponds to the service's destinations. Hides URLs of webhooks that the entry does not contain, since
 * nothing would mark them as secrets in the state.
 */
export function entryHeld(entry: KeyedDestination, held: AlertDestinations): KeyedDestination {
  const { emails: wanted, slackWebhooks: _wanted, ...rule } = entry;
  const emails = held.emails ?? [];
  const sameEmails = isEqual([...(wanted ?? [])].sort(), [...emails].sort());
  const kept = sameEmails ? wanted : emails;
  const known = new Map(webhooksOf(entry).map(({ url, channel }) => [channel, url]));
  const webhooks = (held.slack_webhooks ?? []).map(({ url, channel }): [string, { url: string }] => [
    channel,
    { url: known.get(channel) === url ? url : KEPT_SECRET },
  ]);
  const sameWebhooks =
    fingerprint({ slack_webhooks: webhooksOf(entry) }) ===
    fingerprint({ slack_webhooks: held.slack_webhooks ?? [] });
  const slackWebhooks = sameWebhooks ? entry.slackWebhooks : Object.fromEntries(webhooks);
  return { ...rule, ...(kept && { emails: kept }), ...(slackWebhooks && { slackWebhooks }) };
}
