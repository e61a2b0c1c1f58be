import { notFound } from "../errors";
import { page } from "../paging";
import { eventsOf, eventView, healthView, instancesView } from "../running";
import { addressOf, param, type Api, type Deps } from "./context";

/** What runs of an app, and what happened to it. */
export function runningRoutes(api: Api, deps: Deps): void {
  api.get("/v2/apps/:id/instances", (c) => {
    const store = deps.store();
    return c.json({ instances: instancesView(store.get(param(c, "id")), store.now) });
  });

  api.get("/v2/apps/:id/health", (c) => {
    const store = deps.store();
    return c.json({ app_health: healthView(store.get(param(c, "id")), store.now) });
  });

  api.get("/v2/apps/:id/events", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const types = c.req.queries("event_types") ?? [];
    const events = types.length === 0 || types.includes("DEPLOYMENT") ? eventsOf(app) : [];
    return c.json(page("events", events, addressOf(c, deps), (event) => eventView(app, event, store.now)));
  });

  api.get("/v2/apps/:id/events/:event", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const event = eventsOf(app).find(({ id }) => id === param(c, "event"));
    if (event === undefined) throw notFound();
    return c.json({ event: eventView(app, event, store.now) });
  });

  // Scheduled jobs never come to their time here, so none has run.
  api.get("/v2/apps/:id/job-invocations", (c) => {
    deps.store().get(param(c, "id"));
    return c.json(page("job_invocations", [], addressOf(c, deps)));
  });
}
