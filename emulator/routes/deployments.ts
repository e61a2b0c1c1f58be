import type { DeploymentRecord } from "../deployments";
import { page } from "../paging";
import { deploymentView } from "../view";
import { addressOf, optionalBody, param, type Api, type Deps } from "./context";

/** Deployments of an app: list, create, get, cancel. */
export function deploymentRoutes(api: Api, deps: Deps): void {
  api.get("/v2/apps/:id/deployments", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const newestFirst = app.deployments.toReversed();
    const view = (record: DeploymentRecord): unknown => deploymentView(app, record, store.now);
    return c.json(page("deployments", newestFirst, addressOf(c, deps), view));
  });

  api.post("/v2/apps/:id/deployments", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    optionalBody(c);
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
