import * as pulumi from "@pulumi/pulumi";
import { destinationKeys, type AlertDestination } from "../resources/app/alerts/destinations";
import { isDeferred, whenKnown, type DeepInput } from "./inputs";
import { isPlainObject } from "../appspec/lists-by-name";

const NAMING = ["component", "rule", "operator", "window"];

/**
 * The argument `alertDestinations` in the form that Pulumi sees: maps by alert and by channel, so that diffs show exactly what
 * changes, with every webhook URL as a secret. Outputs are handled as in specInputs.
 */
export function alertInputs(list: DeepInput<AlertDestination[]> | undefined): unknown {
  if (isDeferred(list)) return whenKnown(list, (known) => alertInputs(known as AlertDestination[]));
  if (!Array.isArray(list)) return list;
  const entries = list as readonly unknown[];
  if (entries.some((entry) => isDeferred(entry) || hides(entry, NAMING)))
    return pulumi.output(list).apply((known) => alertInputs(known as AlertDestination[]));
  const keys = destinationKeys(entries);
  if (!keys) return entries.map(entryInputs);
  return Object.fromEntries(
    entries.map((entry, index) => {
      const { component: _component, rule: _rule, ...rest } = entry as Record<string, unknown>;
      return [keys[index] as string, entryInputs(rest)];
    }),
  );
}

function entryInputs(entry: unknown): unknown {
  if (!isPlainObject(entry)) return entry;
  const { emails, slackWebhooks, ...rule } = entry;
  return {
    ...rule,
    ...(emails !== undefined && { emails: sorted(emails) }),
    ...(slackWebhooks !== undefined && { slackWebhooks: webhookInputs(slackWebhooks) }),
  };
}

/** Their order has no meaning, and must not show as a change. */
function sorted(emails: unknown): unknown {
  if (isDeferred(emails)) return whenKnown(emails, sorted);
  return Array.isArray(emails) && emails.every((email) => typeof email === "string")
    ? [...emails].sort()
    : emails;
}

function webhookInputs(list: unknown): unknown {
  if (isDeferred(list)) return whenKnown(list, webhookInputs);
  if (!Array.isArray(list)) return list;
  if (list.some((hook) => isDeferred(hook) || hides(hook, ["channel"])))
    return pulumi.output(list).apply(webhookInputs);
  const channels = list.map((hook: unknown) => (isPlainObject(hook) ? hook["channel"] : undefined));
  const distinct =
    channels.every((channel) => typeof channel === "string" && channel !== "" && channel !== "__proto__") &&
    new Set(channels).size === channels.length;
  if (!distinct) return list.map((hook: unknown) => withSecretUrl(hook));
  return Object.fromEntries(
    list.map((hook: Record<string, unknown>) => {
      const { channel, ...rest } = hook;
      return [channel as string, withSecretUrl(rest)];
    }),
  );
}

const withSecretUrl = (hook: unknown): unknown =>
  isPlainObject(hook) && hook["url"] !== undefined ? { ...hook, url: pulumi.secret(hook["url"]) } : hook;

const hides = (entry: unknown, fields: readonly string[]): boolean =>
  isPlainObject(entry) && fields.some((field) => isDeferred(entry[field]));
