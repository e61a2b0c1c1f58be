import { path } from "../net/address";
import { type PageRequest, askAll, askDeployment, askPage, askStarted } from "./calls";
import type { Page } from "./pages";
import * as shapes from "./shapes";
import type { CallOptions, Transport } from "../net/transport";
import type { Deployment, DeploymentType, RollbackValidation } from "./types";

export type DeploymentCalls = ReturnType<typeof deploymentCalls>;

/** Deployments and rollbacks. */
export function deploymentCalls(transport: Transport) {
  const listOf = (appId: string, types?: readonly DeploymentType[]) => ({
    path: path`/v2/apps/${appId}/deployments`,
    field: "deployments",
    check: shapes.checkDeployment,
    query: { deployment_types: types },
  });

  return {
    /**
     * The newest first. `perPage`: page size, at most 200. @default 20, by the service. `types`: only
     * those with these triggers.
     */
    listDeployments(
      appId: string,
      options?: CallOptions & { perPage?: number; types?: readonly DeploymentType[] | undefined },
    ): AsyncIterable<Deployment> {
      const { perPage, types, ...call } = options ?? {};
      return askAll(transport, listOf(appId, types), perPage, call);
    },

    /** One page of deployments, the newest first. */
    listDeploymentPage(
      appId: string,
      { types, ...page }: PageRequest & { types?: readonly DeploymentType[] | undefined } = {},
      options?: CallOptions,
    ): Promise<Page<Deployment>> {
      return askPage(transport, listOf(appId, types), page, options);
    },

    /** @throws {ApiError} `not-found` */
    getDeployment(appId: string, id: string, options?: CallOptions): Promise<Deployment> {
      const deployment = path`/v2/apps/${appId}/deployments/${id}`;
      const expects = { "deployment.id": id };
      return askDeployment(transport, { method: "GET", path: deployment, expects, ...options });
    },

    /** Deploys the newest sources. `force_build`: without the build cache. */
    createDeployment(
      appId: string,
      body: { force_build?: boolean } = {},
      options?: CallOptions,
    ): Promise<Deployment | undefined> {
      const deployments = path`/v2/apps/${appId}/deployments`;
      return askStarted(transport, { method: "POST", path: deployments, body, ...options });
    },

    cancelDeployment(appId: string, id: string, options?: CallOptions): Promise<Deployment> {
      const cancel = path`/v2/apps/${appId}/deployments/${id}/cancel`;
      const expects = { "deployment.id": id };
      return askDeployment(transport, { method: "POST", path: cancel, expects, ...options });
    },

    /** Whether the app can be rolled back to a deployment. */
    async validateRollback(
      appId: string,
      body: { deployment_id: string },
      options?: CallOptions,
    ): Promise<RollbackValidation> {
      const validate = path`/v2/apps/${appId}/rollback/validate`;
      return shapes.checkRollbackValidation(
        await transport.call({ method: "POST", path: validate, body, write: false, ...options }),
      );
    },

    /**
     * Goes back to the spec of an earlier deployment, by a new one. Until that is committed or reverted, the app is
     * pinned: it takes no other deployment. `skip_pin`: commits at once. @default false
     */
    createRollback(
      appId: string,
      body: { deployment_id: string; skip_pin?: boolean },
      options?: CallOptions,
    ): Promise<Deployment | undefined> {
      const rollback = path`/v2/apps/${appId}/rollback`;
      return askStarted(transport, { method: "POST", path: rollback, body, ...options });
    },

    /** Commits a rollback and unpins the app. */
    async commitRollback(appId: string, options?: CallOptions): Promise<void> {
      const commit = path`/v2/apps/${appId}/rollback/commit`;
      await transport.call({ method: "POST", path: commit, ...options });
    },

    /** Reverts a rollback: deploys the previous spec and unpins the app. */
    revertRollback(appId: string, options?: CallOptions): Promise<Deployment | undefined> {
      const revert = path`/v2/apps/${appId}/rollback/revert`;
      return askStarted(transport, { method: "POST", path: revert, ...options });
    },
  };
}
