import { DEPLOYMENT_TYPES, typeOf, type DeploymentRecord } from "../model/deployment-record";
import { page } from "../http/paging";
import { list } from "./query";
import { deploymentView } from "../views/app";
import { addressOf, optionalBody, optionalFlag, param, type Api, type Deps } from "./context";

/** Deployments of an app: list, create, get, cancel. */
export function deploymentRoutes(api: Api, deps: Deps): void {
  api.get("/v2/apps/:id/deployments", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const types = list(c, "deployment_types", DEPLOYMENT_TYPES);
    const newestFirst = app.deployments
      .toReversed()
      .filter((record) => types.length === 0 || types.includes(typeOf(record)));
    const view = (record: DeploymentRecord): unknown => deploymentView(app, record, store.now);
    return c.json(page("deployments", newestFirst, addressOf(c, deps), view));
  });

  api.post("/v2/apps/:id/deployments", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    optionalFlag(optionalBody(c), "force_build");
    const record = store.deploy(app, { cause: "manual", newSources: true });
    return c.json({ deployment: deploymentView(app, record, store.now) });
  });

  api.get("/v2/apps/:id/deployments/:deployment", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const record = store.deployment(app, param(c, "deployment"));
    return c.json({ deployment: deploymentView(app, record, store.now) });
  });

  api.post("/v2/apps/:id/deployments/:deployment/cancel", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const record = store.deployment(app, param(c, "deployment"));
    store.cancel(record);
    return c.json({ deployment: deploymentView(app, record, store.now) });
  });
}
