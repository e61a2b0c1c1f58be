import { isScaling, scalingsOf, scalingView } from "../model/autoscaling";
import { activeAmong, type DeploymentRecord } from "../model/deployment-record";
import { badRequest, notFound } from "../errors";
import { isUuid } from "../model/ids";
import { page } from "../http/paging";
import { list } from "./query";
import {
  consoleInstance,
  deploymentEventOf,
  eventsOf,
  healthView,
  instancesView,
} from "../views/instances-and-events";
import type { StoredApp } from "../model/stored-app";
import { addressOf, optionalBody, param, type Api, type Ctx, type Deps } from "./context";

/** Running instances of an app, their consoles, and the app's events. */
export function runningRoutes(api: Api, deps: Deps): void {
  api.get("/v2/apps/:id/instances", (c) => {
    const store = deps.store();
    return c.json({ instances: instancesView(store.get(param(c, "id")), store.now) });
  });

  api.get("/v2/apps/:id/health", (c) => {
    const store = deps.store();
    return c.json({ app_health: healthView(store.get(param(c, "id")), store.now) });
  });

  const openConsole = (c: Ctx, app: StoredApp, record: DeploymentRecord | undefined): Response => {
    const store = deps.store();
    const asked = c.req.query("instance_name");
    const name = asked === "" ? undefined : asked;
    const instance = consoleInstance(app, record, param(c, "component"), name, store.now);
    const secret = deps.tickets.consoles.issue({ store, instance });
    return c.json({ url: `${deps.url().replace(/^http/, "ws")}/_exec/${secret}` });
  };

  api.get("/v2/apps/:id/components/:component/exec", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    return openConsole(c, app, activeAmong(app.deployments, store.now));
  });

  api.get("/v2/apps/:id/deployments/:deployment/components/:component/exec", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    return openConsole(c, app, store.deployment(app, param(c, "deployment")));
  });

  api.get("/v2/apps/:id/events", (c) => {
    const store = deps.store();
    const types = list(c, "event_types", ["UNKNOWN", "DEPLOYMENT", "AUTOSCALING"]);
    const events = eventsOf(store.get(param(c, "id")), store.now);
    const asked = events.filter(({ type }) => types.length === 0 || types.includes(type));
    return c.json(page("events", asked, addressOf(c, deps), (event) => event.view()));
  });

  api.get("/v2/apps/:id/events/:event", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const id = param(c, "event");
    if (!isUuid(id)) throw badRequest("invalid event id: it must be a UUID");
    const event = eventsOf(app, store.now).find((candidate) => candidate.id === id.toLowerCase());
    if (event === undefined) throw notFound();
    return c.json({ event: event.view() });
  });

  api.post("/v2/apps/:id/events/:event/cancel", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    optionalBody(c);
    const find = () => scalingsOf(app, store.now).find(({ id }) => id === param(c, "event").toLowerCase());
    const found = find();
    if (found === undefined) {
      deploymentEventOf(app, param(c, "event"));
      throw badRequest("only autoscaling events can be canceled; cancel the deployment instead");
    }
    if (!isScaling(found, store.now)) throw badRequest("the event has finished and cannot be canceled");
    store.stop(app, found.id);
    return c.json({ event: scalingView(find() ?? found, store.now) });
  });
}
