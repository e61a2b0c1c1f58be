import { isoTime } from "../clock";
import { ApiError, badRequest } from "../errors";
import { page } from "../http/paging";
import type { Store } from "../model/store";
import { addressOf, objectBody, param, type Api, type Deps } from "./context";

/** Resources of any kind; the emulator has apps only. */
const URN = /^do:[a-z0-9_]+:\S+$/i;
const APP_URN = /^do:app:(.+)$/;

/** Projects, and the apps assigned to them. */
export function projectRoutes(api: Api, deps: Deps): void {
  const resource = (urn: string, assignedAt: number, status: string): Record<string, unknown> => ({
    urn,
    assigned_at: isoTime(assignedAt),
    links: { self: `${deps.url()}/v2/apps/${urn.replace(APP_URN, "$1")}` },
    status,
  });
  const assign = (store: Store, project: string, urn: unknown): Record<string, unknown> => {
    if (typeof urn !== "string" || !URN.test(urn))
      throw badRequest("resources must be URNs such as do:app:4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf");
    const app = store.find(APP_URN.exec(urn)?.[1] ?? "");
    // Reported for this resource alone: clients that delete a project list what they have just deleted, too.
    if (app === undefined) return { urn, status: "not_found" };
    const moved = store.assign(app, project);
    return resource(`do:app:${app.id}`, store.now, moved ? "assigned" : "already_assigned");
  };

  api.get("/v2/projects", (c) => c.json(page("projects", deps.store().projects.list(), addressOf(c, deps))));
  api.post("/v2/projects", (c) => c.json({ project: deps.store().projects.create(objectBody(c)) }, 201));
  api.get("/v2/projects/:id", (c) => c.json({ project: deps.store().projects.get(param(c, "id")) }));
  for (const method of ["PATCH", "PUT"]) {
    api.on(method, "/v2/projects/:id", (c) =>
      c.json({ project: deps.store().projects.change(param(c, "id"), objectBody(c)) }),
    );
  }
  api.delete("/v2/projects/:id", (c) => {
    const store = deps.store();
    const project = store.projects.get(param(c, "id"));
    if (store.list().some((app) => app.projectId === project.id))
      throw new ApiError(412, "precondition_failed", "cannot delete a project with resources");
    store.projects.remove(project);
    return c.body(null, 204);
  });
  api.get("/v2/projects/:id/resources", (c) => {
    const store = deps.store();
    const project = store.projects.get(param(c, "id"));
    const held = store.list().filter((app) => app.projectId === project.id);
    const resources = held.map((app) => resource(`do:app:${app.id}`, app.createdAt, "ok"));
    return c.json(page("resources", resources, addressOf(c, deps)));
  });
  api.post("/v2/projects/:id/resources", (c) => {
    const store = deps.store();
    const project = store.projects.get(param(c, "id"));
    const { resources } = objectBody(c);
    if (!Array.isArray(resources)) throw badRequest("resources must be a list of URNs");
    return c.json({ resources: resources.map((urn) => assign(store, project.id, urn)) });
  });
}
