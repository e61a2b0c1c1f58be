import type { Deferring } from "../../../appspec/inputs-by-name";
import { isPlainObject } from "../../../appspec/lists-by-name";
import { destinationKeys } from "./destinations";

const NAMING = ["component", "rule", "operator", "window"];

/**
 * The argument `alertDestinations` in the form that Pulumi sees: maps by alert and by channel, so that diffs show exactly what
 * changes, with every webhook URL as a secret. Deferred values are handled as in InputsByName.
 */
export class DestinationsByName {
  constructor(private readonly values: Deferring) {}

  list(list: unknown): unknown {
    const { values } = this;
    if (values.isDeferred(list)) return values.whenKnown(list, (known) => this.list(known));
    if (!Array.isArray(list)) return list;
    const entries = list as readonly unknown[];
    if (entries.some((entry) => values.isDeferred(entry) || this.hides(entry, NAMING)))
      return values.whenKnown(values.whole(list), (known) => this.list(known));
    const keys = destinationKeys(entries);
    if (!keys) return entries.map((entry) => this.entry(entry));
    return Object.fromEntries(
      entries.map((entry, index) => {
        const { component: _component, rule: _rule, ...rest } = entry as Record<string, unknown>;
        return [keys[index] as string, this.entry(rest)];
      }),
    );
  }

  private entry(entry: unknown): unknown {
    if (!isPlainObject(entry)) return entry;
    const { emails, slackWebhooks, ...rule } = entry;
    return {
      ...rule,
      ...(emails !== undefined && { emails: this.sorted(emails) }),
      ...(slackWebhooks !== undefined && { slackWebhooks: this.webhooks(slackWebhooks) }),
    };
  }

  /** Their order has no meaning, and must not show as a change. */
  private sorted(emails: unknown): unknown {
    if (this.values.isDeferred(emails)) return this.values.whenKnown(emails, (known) => this.sorted(known));
    return Array.isArray(emails) && emails.every((email) => typeof email === "string")
      ? [...emails].sort()
      : emails;
  }

  private webhooks(list: unknown): unknown {
    const { values } = this;
    if (values.isDeferred(list)) return values.whenKnown(list, (known) => this.webhooks(known));
    if (!Array.isArray(list)) return list;
    if (list.some((hook) => values.isDeferred(hook) || this.hides(hook, ["channel"])))
      return values.whenKnown(values.whole(list), (known) => this.webhooks(known));
    const channels = list.map((hook: unknown) => (isPlainObject(hook) ? hook["channel"] : undefined));
    const distinct =
      channels.every((channel) => typeof channel === "string" && channel !== "" && channel !== "__proto__") &&
      new Set(channels).size === channels.length;
    if (!distinct) return list.map((hook: unknown) => this.withSecretUrl(hook));
    return Object.fromEntries(
      list.map((hook: Record<string, unknown>) => {
        const { channel, ...rest } = hook;
        return [channel as string, this.withSecretUrl(rest)];
      }),
    );
  }

  private withSecretUrl(hook: unknown): unknown {
    return isPlainObject(hook) && hook["url"] !== undefined
      ? { ...hook, url: this.values.secret(hook["url"]) }
      : hook;
  }

  private hides(entry: unknown, fields: readonly string[]): boolean {
    return isPlainObject(entry) && fields.some((field) => this.values.isDeferred(entry[field]));
  }
}
