import { badRequest } from "../errors";
import type { DeploymentRecord } from "../model/deployment-record";
import type { StoredApp } from "../model/stored-app";
import { deploymentView } from "../views/app";
import { objectBody, optionalBody, param, type Api, type Ctx, type Deps } from "./context";

/** Rollbacks: validate, create, commit, revert. */
export function rollbackRoutes(api: Api, deps: Deps): void {
  const target = (c: Ctx): { app: StoredApp; record: DeploymentRecord } => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const { deployment_id: id } = objectBody(c);
    if (typeof id !== "string" || id === "") throw badRequest("deployment_id is required");
    return { app, record: store.deployment(app, id) };
  };

  api.post("/v2/apps/:id/rollback/validate", (c) => {
    const { app, record } = target(c);
    return c.json(deps.store().validateRollback(app, record));
  });

  api.post("/v2/apps/:id/rollback", (c) => {
    const store = deps.store();
    const { app, record } = target(c);
    const made = store.rollBack(app, record, objectBody(c).skip_pin === true);
    return c.json({ deployment: deploymentView(app, made, store.now) });
  });

  api.post("/v2/apps/:id/rollback/commit", (c) => {
    const store = deps.store();
    optionalBody(c);
    store.commitRollback(store.get(param(c, "id")));
    return c.body(null, 200);
  });

  api.post("/v2/apps/:id/rollback/revert", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    optionalBody(c);
    return c.json({ deployment: deploymentView(app, store.revertRollback(app), store.now) });
  });
}
