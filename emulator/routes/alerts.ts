import { alertsOf, parseDestinations } from "../model/alerts";
import { badRequest, notFound } from "../errors";
import { isUuid } from "../model/ids";
import { objectBody, param, type Api, type Deps } from "./context";

/** Alerts of an app and their destinations. */
export function alertRoutes(api: Api, deps: Deps): void {
  api.get("/v2/apps/:id/alerts", (c) => {
    const store = deps.store();
    return c.json({ alerts: alertsOf(store.get(param(c, "id"))) });
  });

  api.post("/v2/apps/:id/alerts/:alert/destinations", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    if (!isUuid(param(c, "alert"))) throw badRequest("invalid alert id: it must be a UUID");
    const find = (): Record<string, unknown> | undefined =>
      alertsOf(app).find((alert) => alert.id === param(c, "alert"));
    if (find() === undefined) throw notFound();
    store.setDestinations(app, param(c, "alert"), parseDestinations(objectBody(c)));
    return c.json({ alert: find() });
  });
}
