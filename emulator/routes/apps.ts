import { page } from "../paging";
import { appView, deploymentView } from "../view";
import { addressOf, objectBody, optionalBody, param, type Api, type Deps } from "./context";

/** Apps: list, create, get, update, delete, restart. */
export function appRoutes(api: Api, deps: Deps): void {
  api.get("/v2/apps", (c) => {
    const store = deps.store();
    const name = c.req.query("name");
    const found = store.list().filter((app) => name === undefined || app.spec.name === name);
    return c.json(page("apps", found, addressOf(c, deps), (app) => appView(store, app)));
  });

  api.post("/v2/apps", (c) => {
    const { spec, project_id: project } = objectBody(c);
    const store = deps.store();
    const made = store.create(spec, typeof project === "string" && project !== "" ? project : undefined);
    return c.json({ app: appView(store, made.app, made.deployment) });
  });

  api.get("/v2/apps/:id", (c) => {
    const store = deps.store();
    return c.json({ app: appView(store, store.get(param(c, "id"))) });
  });

  api.put("/v2/apps/:id", (c) => {
    const { spec, update_all_source_versions: newSources } = objectBody(c);
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const deployment = store.update(app, spec, newSources === true);
    return c.json({ app: appView(store, app, deployment ?? null) });
  });

  api.delete("/v2/apps/:id", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    store.remove(app);
    return c.json({ id: app.id });
  });

  api.post("/v2/apps/:id/restart", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    optionalBody(c);
    const deployment = store.deploy(app, { cause: "app restarted", newSources: false });
    return c.json({ deployment: deploymentView(app, deployment, store.now) });
  });
}
