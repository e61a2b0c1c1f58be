import { isoTime } from "../clock";
import { badRequest } from "../errors";
import { uuidFrom } from "./ids";
import type { Destinations, StoredApp } from "./stored-app";
import { components, type AlertSpec } from "./spec";

/** By default, the owner of the account is notified. */
const OWNER: Destinations = { emails: ["sammy@example.com"], slack_webhooks: [] };

/** An alert for each rule of the spec, the app's own first. An id stays the same as long as its rule exists. */
export function alertsOf(app: StoredApp): Record<string, unknown>[] {
  return [
    ...listed(app, app.spec.alerts, undefined),
    ...components(app.spec).flatMap(({ component }) => listed(app, component.alerts, component.name)),
  ];
}

function listed(
  app: StoredApp,
  alerts: readonly AlertSpec[] | undefined,
  component: string | undefined,
): Record<string, unknown>[] {
  const seen = new Map<string, number>();
  return (alerts ?? []).map((spec) => {
    const rule = [component ?? "", spec.rule, spec.operator, spec.window];
    const repeated = seen.get(JSON.stringify(rule)) ?? 0;
    seen.set(JSON.stringify(rule), repeated + 1);
    const id = uuidFrom(app.id, ...rule, ...(repeated === 0 ? [] : [repeated]));
    return {
      id,
      ...(component === undefined ? {} : { component_name: component }),
      spec,
      ...(app.destinations.get(id) ?? OWNER),
      phase: "ACTIVE",
      progress: {
        steps: [
          { name: "alert-configure-insight-alert", status: "SUCCESS", started_at: isoTime(app.createdAt) },
        ],
      },
    };
  });
}

/** Drops the destinations of alerts whose rule no longer exists. */
export function forgetGoneAlerts(app: StoredApp): void {
  const there = new Set(alertsOf(app).map(({ id }) => id));
  for (const id of app.destinations.keys()) if (!there.has(id)) app.destinations.delete(id);
}

/** @throws {@link ApiError} 400 describing the problem */
export function parseDestinations(body: Record<string, unknown>): Destinations {
  // Some clients send null for an empty list.
  const emails = body.emails ?? [];
  const webhooks = body.slack_webhooks ?? [];
  if (!Array.isArray(emails) || !emails.every(isEmail))
    throw badRequest("emails must be a list of email addresses");
  if (!Array.isArray(webhooks) || !webhooks.every(isWebhook))
    throw badRequest("slack_webhooks must be a list of objects with url and channel");
  return { emails, slack_webhooks: webhooks.map(({ url, channel }) => ({ url, channel })) };
}

const isEmail = (value: unknown): value is string =>
  typeof value === "string" && /^[^@\s]+@[^@\s]+$/.test(value);

function isWebhook(value: unknown): value is Destinations["slack_webhooks"][number] {
  if (typeof value !== "object" || value === null) return false;
  const { url, channel } = value as Record<string, unknown>;
  return typeof url === "string" && /^https:\/\//.test(url) && typeof channel === "string" && channel !== "";
}
