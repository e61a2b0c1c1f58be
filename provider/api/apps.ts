import { isApiError } from "../errors";
import type { AppSpec } from "../appspec/types";
import { path } from "../net/address";
import { askAll, askApp, askStarted } from "./calls";
import { LARGEST_PAGE, readPage } from "./pages";
import { unreadableError } from "../net/failures";
import * as shapes from "./shapes";
import type { Answered, Call, CallOptions, Transport } from "../net/transport";
import type { App, AppHealth, AppInstance, Deployment, Proposal } from "./types";

/**
 * The app of exactly this name among those of a list. Names are unique: a list with two apps of one name is stale in part, and
 * which of them is the one cannot be known.
 */
function onlyNamed(answered: Omit<Answered, "body">, name: string, apps: readonly App[]): App | undefined {
  const [found, ...others] = apps.filter(({ spec }) => spec.name === name);
  const other = others.find(({ id }) => id !== found?.id);
  if (other === undefined) return found;
  const what = `it lists two apps named ${name} (ids ${found?.id} and ${other.id})`;
  throw unreadableError(answered, answered.status, what);
}

export type AppCalls = ReturnType<typeof appCalls>;

/** Apps and their running containers. */
export function appCalls(transport: Transport) {
  /**
   * All apps the token may see. `perPage`: 1 to 200, @default 200: as few requests as possible. `withProjects`: each with its
   * `project_id`.
   */
  const listApps = (
    options?: CallOptions & { perPage?: number; withProjects?: boolean | undefined },
  ): AsyncIterable<App> => {
    const { perPage = LARGEST_PAGE, withProjects, ...call } = options ?? {};
    const query = { with_projects: withProjects };
    const list = { path: "/v2/apps", field: "apps", check: shapes.checkApp, query };
    return askAll(transport, list, perPage, call);
  };

  return {
    listApps,

    /** @throws {ApiError} `not-found` */
    getApp(id: string, options?: CallOptions): Promise<App> {
      const expects = { "app.id": id };
      return askApp(transport, { method: "GET", path: path`/v2/apps/${id}`, expects, ...options });
    },

    /** The app of exactly this name, or undefined. */
    async findAppByName(name: string, options?: CallOptions): Promise<App | undefined> {
      // Sources disagree on whether lookup by name exists and what it returns: `{app}`, `{apps}`, or an error.
      try {
        const query = { name, per_page: LARGEST_PAGE };
        const answered = await transport.call({ method: "GET", path: "/v2/apps", query, ...options });
        const body = shapes.bodyOf(answered);
        if (body.app != null) {
          const app = shapes.checkApp(answered, body.app);
          if (app.spec.name === name) return app;
        } else if (Array.isArray(body.apps)) {
          const apps = shapes.checkList(answered, "apps", shapes.checkApp);
          const app = onlyNamed(answered, name, apps);
          if (app !== undefined) return app;
          if (readPage(answered, apps, 1, apps.length).next === undefined) return undefined;
        }
      } catch (error) {
        if (!isApiError(error, "not-found", "bad-request", "invalid-spec")) throw error;
      }
      const named: App[] = [];
      for await (const app of listApps(options)) if (app.spec.name === name) named.push(app);
      return onlyNamed(
        { request: { method: "GET", path: "/v2/apps" }, write: false, status: 200 },
        name,
        named,
      );
    },

    /** @throws {ApiError} `conflict` when the name is taken, `invalid-spec` */
    createApp(body: { spec: AppSpec; project_id?: string }, options?: CallOptions): Promise<App> {
      // The service assigns the ID, so the response is identified by name.
      const { name } = body.spec;
      const expects = name === undefined ? {} : { "app.spec.name": name };
      return askApp(transport, { method: "POST", path: "/v2/apps", body, expects, ...options });
    },

    /** `update_all_source_versions` also fetches the newest sources, like a new deployment. @default false */
    updateApp(
      id: string,
      body: { spec: AppSpec; update_all_source_versions?: boolean },
      options?: CallOptions,
    ): Promise<App> {
      const expects = { "app.id": id };
      return askApp(transport, { method: "PUT", path: path`/v2/apps/${id}`, body, expects, ...options });
    },

    /** Resolves when the service has accepted the request; the app may still exist for a short time. */
    async deleteApp(id: string, options?: CallOptions): Promise<void> {
      await transport.call({ method: "DELETE", path: path`/v2/apps/${id}`, expects: { id }, ...options });
    },

    /** Validates a spec and returns its price. `app_id`: validate it as an update of that app. */
    async proposeApp(body: { spec: AppSpec; app_id?: string }, options?: CallOptions): Promise<Proposal> {
      const call: Call = { method: "POST", path: "/v2/apps/propose", body, write: false, ...options };
      return shapes.checkProposal(await transport.call(call));
    },

    /** Restarts containers one at a time, without a rebuild. `components`: only these. @default all */
    restartApp(
      id: string,
      body: { components?: readonly string[] } = {},
      options?: CallOptions,
    ): Promise<Deployment | undefined> {
      const restart = path`/v2/apps/${id}/restart`;
      return askStarted(transport, { method: "POST", path: restart, body, ...options });
    },

    async getAppHealth(id: string, options?: CallOptions): Promise<AppHealth> {
      const health = path`/v2/apps/${id}/health`;
      const answered = await transport.call({ method: "GET", path: health, ...options });
      return shapes.checkHealth(answered, shapes.bodyOf(answered).app_health);
    },

    /** The running containers. */
    async listInstances(id: string, options?: CallOptions): Promise<AppInstance[]> {
      const instances = path`/v2/apps/${id}/instances`;
      const answered = await transport.call({ method: "GET", path: instances, ...options });
      return shapes.checkList(answered, "instances", shapes.checkInstance);
    },

    /** The address of a terminal in a running component: a credential in itself, like those of logs. */
    async getExecUrl(
      id: string,
      request: { component: string; deploymentId?: string | undefined; instance?: string | undefined },
      options?: CallOptions,
    ): Promise<string> {
      const deployment = request.deploymentId === undefined ? "" : path`/deployments/${request.deploymentId}`;
      const exec = path`/v2/apps/${id}` + deployment + path`/components/${request.component}/exec`;
      const query = { instance_name: request.instance };
      return shapes.checkExecUrl(await transport.call({ method: "GET", path: exec, query, ...options }));
    },
  };
}
