import { isoTime } from "../clock";
import { notFound } from "../errors";
import type { StoredApp } from "../store";
import { components, type AlertSpec } from "../types";
import { uuidFrom } from "../view";
import { objectBody, param, type Api, type Deps } from "./context";

function alertsOf(app: StoredApp): Record<string, unknown>[] {
  const view = (spec: AlertSpec, component?: string): Record<string, unknown> => {
    const id = uuidFrom(app.id, component ?? "", spec.rule, spec.operator, spec.window);
    const destinations = app.destinations.get(id) ?? { emails: ["sammy@example.com"], slack_webhooks: [] };
    return {
      id,
      ...(component === undefined ? {} : { component_name: component }),
      spec,
      ...destinations,
      phase: "ACTIVE",
      progress: {
        steps: [
          { name: "alert-configure-insight-alert", status: "SUCCESS", started_at: isoTime(app.createdAt) },
        ],
      },
    };
  };
  return [
    ...(app.spec.alerts ?? []).map((spec) => view(spec)),
    ...components(app.spec).flatMap(({ component }) =>
      (component.alerts ?? []).map((spec) => view(spec, component.name)),
    ),
  ];
}

/** Alerts of an app and where they go. */
export function alertRoutes(api: Api, deps: Deps): void {
  api.get("/v2/apps/:id/alerts", (c) => {
    const store = deps.store();
    return c.json({ alerts: alertsOf(store.get(param(c, "id"))) });
  });

  api.post("/v2/apps/:id/alerts/:alert/destinations", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const find = (): Record<string, unknown> | undefined =>
      alertsOf(app).find((alert) => alert.id === param(c, "alert"));
    if (find() === undefined) throw notFound();
    const { emails = [], slack_webhooks: webhooks = [] } = objectBody(c);
    app.destinations.set(param(c, "alert"), { emails, slack_webhooks: webhooks });
    return c.json({ alert: find() });
  });
}
