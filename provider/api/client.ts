import type { AppSpec } from "../spec/types";
import { isApiError } from "../errors";
import { path } from "./address";
import { openLog } from "./log-stream";
import { LARGEST_PAGE, type Page, allPages, readPage } from "./pages";
import * as shapes from "./shapes";
import { type Call, type CallOptions, type ClientOptions, Transport } from "./transport";
import type {
  Account,
  Alert,
  AlertDestinations,
  App,
  Deployment,
  InstanceSize,
  LogType,
  LogUrls,
  Project,
  Proposal,
  Region,
  RollbackValidation,
} from "./types";

export type { CallOptions, ClientOptions } from "./transport";

export interface LogRequest {
  /** @default the active deployment */
  readonly deploymentId?: string | undefined;
  /** @default all components */
  readonly component?: string | undefined;
  readonly type: LogType;
  /** Ask for an address that keeps sending. */
  readonly follow?: boolean | undefined;
  /** Only the last lines; not documented everywhere, so the answer may hold more. */
  readonly tailLines?: number | undefined;
  /** How long the service waits for a container, such as `3m`. @default "3m", by the service */
  readonly podConnectionTimeout?: string | undefined;
}

/**
 * The App Platform's API: a method for each endpoint that this package uses.
 *
 * Every method throws ApiError. Reads are asked again after faults that pass; a write is sent again only when the service
 * cannot have done it. After a write that failed with `ambiguous`, look before writing again.
 */
export class Client {
  private readonly transport: Transport;

  /** @throws {AppPlatformError} `missing-token`, `bad-address` */
  constructor(private readonly options: ClientOptions) {
    this.transport = new Transport(options);
  }

  private async app(call: Call): Promise<App> {
    const answered = await this.transport.call(call);
    return shapes.checkApp(answered, shapes.bodyOf(answered).app);
  }

  private async deployment(call: Call): Promise<Deployment> {
    const answered = await this.transport.call(call);
    return shapes.checkDeployment(answered, shapes.bodyOf(answered).deployment);
  }

  /** @throws {ApiError} `not-found` */
  getApp(id: string, options?: CallOptions): Promise<App> {
    return this.app({ method: "GET", path: path`/v2/apps/${id}`, ...options });
  }

  /** The app of exactly this name, or undefined. */
  async findAppByName(name: string, options?: CallOptions): Promise<App | undefined> {
    // The sources disagree on what a question by name answers, and whether it exists: `{app}`, `{apps}`, or an error.
    try {
      const query = { name, per_page: LARGEST_PAGE };
      const answered = await this.transport.call({ method: "GET", path: "/v2/apps", query, ...options });
      const body = shapes.bodyOf(answered);
      if (body.app != null) {
        const app = shapes.checkApp(answered, body.app);
        if (app.spec.name === name) return app;
      } else if (Array.isArray(body.apps)) {
        const apps = shapes.checkList(answered, "apps", shapes.checkApp);
        const app = apps.find((one) => one.spec.name === name);
        if (app !== undefined) return app;
        if (readPage(answered, apps, 1, apps.length).next === undefined) return undefined;
      }
    } catch (error) {
      if (!isApiError(error, "not-found", "bad-request", "invalid-spec")) throw error;
    }
    for await (const app of this.listApps(options)) if (app.spec.name === name) return app;
    return undefined;
  }

  /** All apps the token may see, in as few requests as possible. */
  listApps(options?: CallOptions): AsyncIterable<App> {
    return allPages(async (page, seen) => {
      const query = { page, per_page: LARGEST_PAGE };
      const answered = await this.transport.call({ method: "GET", path: "/v2/apps", query, ...options });
      const apps = shapes.checkList(answered, "apps", shapes.checkApp);
      return readPage(answered, apps, page, seen + apps.length);
    });
  }

  /** @throws {ApiError} `conflict` when the name is taken, `invalid-spec` */
  createApp(body: { spec: AppSpec; project_id?: string }, options?: CallOptions): Promise<App> {
    return this.app({ method: "POST", path: "/v2/apps", body, ...options });
  }

  /** `update_all_source_versions` also fetches the newest sources, like a new deployment. @default false */
  updateApp(
    id: string,
    body: { spec: AppSpec; update_all_source_versions?: boolean },
    options?: CallOptions,
  ): Promise<App> {
    return this.app({ method: "PUT", path: path`/v2/apps/${id}`, body, ...options });
  }

  /** Resolves when the service has taken the order; the app may be there a little longer. */
  async deleteApp(id: string, options?: CallOptions): Promise<void> {
    await this.transport.call({ method: "DELETE", path: path`/v2/apps/${id}`, ...options });
  }

  /** What the service would make of a spec, and its price. `app_id`: as an update of that app. */
  async proposeApp(body: { spec: AppSpec; app_id?: string }, options?: CallOptions): Promise<Proposal> {
    const call: Call = { method: "POST", path: "/v2/apps/propose", body, write: false, ...options };
    return shapes.checkProposal(await this.transport.call(call));
  }

  /** The newest first. `perPage`: how many are asked for at once, at most 200. @default 20, by the service */
  listDeployments(appId: string, options?: CallOptions & { perPage?: number }): AsyncIterable<Deployment> {
    const { perPage, ...call } = options ?? {};
    return allPages((page, seen) => this.deploymentPage(appId, page, perPage, seen, call));
  }

  /** One page of deployments, the newest first. */
  listDeploymentPage(
    appId: string,
    { page = 1, perPage }: { page?: number; perPage?: number } = {},
    options?: CallOptions,
  ): Promise<Page<Deployment>> {
    return this.deploymentPage(appId, page, perPage, (page - 1) * (perPage ?? 20), options);
  }

  private async deploymentPage(
    appId: string,
    page: number,
    perPage: number | undefined,
    seen: number,
    options?: CallOptions,
  ): Promise<Page<Deployment>> {
    const query = { page, per_page: perPage };
    const list = path`/v2/apps/${appId}/deployments`;
    const answered = await this.transport.call({ method: "GET", path: list, query, ...options });
    const deployments = shapes.checkList(answered, "deployments", shapes.checkDeployment);
    return readPage(answered, deployments, page, seen + deployments.length);
  }

  /** @throws {ApiError} `not-found` */
  getDeployment(appId: string, id: string, options?: CallOptions): Promise<Deployment> {
    return this.deployment({ method: "GET", path: path`/v2/apps/${appId}/deployments/${id}`, ...options });
  }

  /** Deploys the newest sources. `force_build`: without the build cache. */
  createDeployment(
    appId: string,
    body: { force_build?: boolean } = {},
    options?: CallOptions,
  ): Promise<Deployment> {
    return this.deployment({ method: "POST", path: path`/v2/apps/${appId}/deployments`, body, ...options });
  }

  cancelDeployment(appId: string, id: string, options?: CallOptions): Promise<Deployment> {
    const cancel = path`/v2/apps/${appId}/deployments/${id}/cancel`;
    return this.deployment({ method: "POST", path: cancel, ...options });
  }

  /** Whether the app could go back to a deployment of it. */
  async validateRollback(
    appId: string,
    body: { deployment_id: string },
    options?: CallOptions,
  ): Promise<RollbackValidation> {
    const validate = path`/v2/apps/${appId}/rollback/validate`;
    return shapes.checkRollbackValidation(
      await this.transport.call({ method: "POST", path: validate, body, write: false, ...options }),
    );
  }

  /**
   * Goes back to the spec of an earlier deployment, by a new one. Until that is committed or reverted, the app is pinned:
   * it takes no other deployment. `skip_pin`: commits at once. @default false
   */
  createRollback(
    appId: string,
    body: { deployment_id: string; skip_pin?: boolean },
    options?: CallOptions,
  ): Promise<Deployment> {
    return this.deployment({ method: "POST", path: path`/v2/apps/${appId}/rollback`, body, ...options });
  }

  /** Makes a rollback last, and unpins the app. */
  async commitRollback(appId: string, options?: CallOptions): Promise<void> {
    const commit = path`/v2/apps/${appId}/rollback/commit`;
    await this.transport.call({ method: "POST", path: commit, ...options });
  }

  /** Deploys the spec of before the rollback, and unpins the app. */
  revertRollback(appId: string, options?: CallOptions): Promise<Deployment> {
    return this.deployment({ method: "POST", path: path`/v2/apps/${appId}/rollback/revert`, ...options });
  }

  /** The alerts of the app and of its components, one for each rule, with their destinations. */
  async listAlerts(appId: string, options?: CallOptions): Promise<Alert[]> {
    const list = path`/v2/apps/${appId}/alerts`;
    const answered = await this.transport.call({ method: "GET", path: list, ...options });
    return shapes.checkList(answered, "alerts", shapes.checkAlert);
  }

  /** Whom an alert tells from now on, instead of those of before. No deployment. */
  async assignAlertDestinations(
    appId: string,
    alertId: string,
    body: AlertDestinations,
    options?: CallOptions,
  ): Promise<Alert> {
    const assign = path`/v2/apps/${appId}/alerts/${alertId}/destinations`;
    // Being told twice is the same as once.
    const call: Call = { method: "POST", path: assign, body, repeatable: true, ...options };
    const answered = await this.transport.call(call);
    return shapes.checkAlert(answered, shapes.bodyOf(answered).alert, "alert");
  }

  /** Addresses of logs: credentials in themselves, to be opened at once and never kept. */
  async getLogUrls(appId: string, request: LogRequest, options?: CallOptions): Promise<LogUrls> {
    const deployment = request.deploymentId === undefined ? "" : path`/deployments/${request.deploymentId}`;
    const component = request.component === undefined ? "" : path`/components/${request.component}`;
    const query = {
      type: request.type,
      follow: request.follow,
      tail_lines: request.tailLines,
      pod_connection_timeout: request.podConnectionTimeout,
    };
    const logs = path`/v2/apps/${appId}` + deployment + component + "/logs";
    return shapes.checkLogUrls(await this.transport.call({ method: "GET", path: logs, query, ...options }));
  }

  /** The lines of one of the addresses of `getLogUrls`, see `openLog` in log-stream.ts. */
  openLog(url: string, options?: CallOptions): AsyncIterable<string> {
    return openLog(url, { signal: options?.signal, timeoutMs: this.options.timeoutMs });
  }

  /** Moves an app to a project. */
  async assignProject(projectId: string, appId: string, options?: CallOptions): Promise<void> {
    const resources = path`/v2/projects/${projectId}/resources`;
    const body = { resources: [`do:app:${appId}`] };
    // Being assigned twice is the same as once.
    await this.transport.call({ method: "POST", path: resources, body, repeatable: true, ...options });
  }

  /** `id`: a project's id, or `default`. */
  async getProject(id: string, options?: CallOptions): Promise<Project> {
    const answered = await this.transport.call({ method: "GET", path: path`/v2/projects/${id}`, ...options });
    return shapes.checkProject(answered, shapes.bodyOf(answered).project);
  }

  async listRegions(options?: CallOptions): Promise<Region[]> {
    const answered = await this.transport.call({ method: "GET", path: "/v2/apps/regions", ...options });
    return shapes.checkList(answered, "regions", shapes.checkRegion);
  }

  async listInstanceSizes(options?: CallOptions): Promise<InstanceSize[]> {
    const sizes = "/v2/apps/tiers/instance_sizes";
    const answered = await this.transport.call({ method: "GET", path: sizes, ...options });
    return shapes.checkList(answered, "instance_sizes", shapes.checkInstanceSize);
  }

  async getAccount(options?: CallOptions): Promise<Account> {
    const answered = await this.transport.call({ method: "GET", path: "/v2/account", ...options });
    return shapes.checkAccount(answered, shapes.bodyOf(answered).account);
  }
}
