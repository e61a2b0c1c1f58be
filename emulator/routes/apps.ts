import { BUILDPACKS } from "../model/catalogue";
import { pageOf } from "../http/paging";
import { mayReadProjects } from "../http/scopes";
import { appView, deploymentView } from "../views/app";
import { appJson } from "../views/app-json";
import { stringify } from "yaml";
import { badRequest, notFound } from "../errors";
import { flag } from "./query";
import type { StoredApp } from "../model/stored-app";
import { components } from "../model/spec";
import {
  addressOf,
  objectBody,
  optionalBody,
  optionalFlag,
  optionalText,
  param,
  type Api,
  type Ctx,
  type Deps,
} from "./context";

const COMMA = Buffer.from(",");

/** A response assembled from pieces of JSON. */
const json = (c: Ctx, pieces: readonly (string | Buffer)[]): Response =>
  c.body(
    Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece))),
    200,
    {
      "content-type": "application/json",
    },
  );

function checkRestart(app: StoredApp, names: unknown): void {
  if (!Array.isArray(names)) throw badRequest("components must be a list of names");
  const restartable = components(app.spec).filter(({ kind }) => kind === "services" || kind === "workers");
  const wrong = (names as unknown[]).find(
    (name) => !restartable.some(({ component }) => component.name === name),
  );
  if (wrong !== undefined)
    throw badRequest(`components: there is no service or worker ${JSON.stringify(wrong)}`);
}

/** Components that a buildpack builds. */
const builtByBuildpack = (app: StoredApp): string[] =>
  components(app.spec)
    .filter(({ component }) => component.image === undefined && component.dockerfile_path === undefined)
    .map(({ component }) => component.name);

/** Apps: list, create, get, update, delete, restart, and new buildpacks. */
export function appRoutes(api: Api, deps: Deps): void {
  const hidesProject = !mayReadProjects(deps.scopes);
  const shown = (view: Record<string, unknown>): Record<string, unknown> =>
    hidesProject ? { ...view, project_id: "" } : view;

  api.get("/v2/apps", (c) => {
    const store = deps.store();
    const name = c.req.query("name");
    const requested = flag(c, "with_projects") || store.behavior.projectInLists;
    const withProject = requested && !hidesProject;
    const found = store.listed().filter((app) => name === undefined || app.spec.name === name);
    const { items, ...rest } = pageOf(found, addressOf(c, deps));
    const apps = items.flatMap((app, index) => [
      ...(index > 0 ? [COMMA] : []),
      ...appJson(store, app, withProject ? app.projectId : undefined),
    ]);
    if (items.length === 0 && found.length > 0 && !store.behavior.emptyPages) return c.json(rest);
    return json(c, ['{"apps":[', ...apps, `],${JSON.stringify(rest).slice(1)}`]);
  });

  // As documented: one app by its name, with no id in the path.
  api.get("/v2/apps/", (c) => {
    const store = deps.store();
    const name = c.req.query("name") ?? "";
    if (name === "") throw badRequest("name is required when the path has no id");
    const app = store.byName(name);
    if (app === undefined) throw notFound();
    return c.json({ app: shown(appView(store, app)) });
  });

  api.post("/v2/apps", (c) => {
    const body = objectBody(c);
    const store = deps.store();
    const made = store.create(body.spec, optionalText(body, "project_id"));
    const answer = { app: shown(appView(store, made.app, made.deployment)) };
    if (!/^application\/(x-)?yaml\b/i.test(c.req.header("accept") ?? "")) return c.json(answer);
    return c.body(stringify(answer, { aliasDuplicateObjects: false }), 200, {
      "content-type": "application/yaml",
    });
  });

  api.get("/v2/apps/:id", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    return json(c, ['{"app":', ...appJson(store, app, hidesProject ? "" : app.projectId), "}"]);
  });

  api.put("/v2/apps/:id", (c) => {
    const body = objectBody(c);
    const newSources = optionalFlag(body, "update_all_source_versions");
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const deployment = store.update(app, body.spec, newSources);
    return c.json({ app: shown(appView(store, app, deployment ?? null)) });
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
    checkRestart(app, optionalBody(c).components ?? []);
    const deployment = store.deploy(app, { cause: "app restarted", newSources: false });
    return c.json({ deployment: deploymentView(app, deployment, store.now) });
  });

  // Not documented, but doctl has a command for it.
  api.post("/v2/apps/:id/upgrade_buildpack", (c) => {
    const body = objectBody(c);
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const id = optionalText(body, "buildpack_id");
    const buildpack = BUILDPACKS.find((candidate) => candidate.id === id);
    if (buildpack === undefined) throw badRequest("buildpack_id must be one of GET /v2/apps/buildpacks");
    const { major_version: major = 0 } = body;
    if (major !== 0 && major !== buildpack.major_version)
      throw badRequest(`major_version: ${buildpack.id} has only ${buildpack.major_version}`);
    const affected = builtByBuildpack(app);
    const answer = { affected_components: affected };
    if (!optionalFlag(body, "trigger_deployment") || affected.length === 0) return c.json(answer);
    const deployment = store.deploy(app, { cause: "buildpack upgraded", newSources: true });
    return c.json({ ...answer, deployment: deploymentView(app, deployment, store.now) });
  });
}
