import * as pulumi from "@pulumi/pulumi";
import { collect } from "../api/pages";
import type { App, AppHealth, AppInstance, BandwidthUsage, Deployment, Proposal } from "../api/types";
import type { Client } from "../api/client";
import { systemClock } from "../clock";
import { lookForStarted, shownDeployments, type Known } from "../service/new-deployment";
import { AppPlatformError } from "../errors";
import { PATIENCE } from "../service/poll";
import { withoutSecrets } from "../secrets/mask-errors";
import { appById, appByName, componentNames, near, notFound } from "../service/find";
import { toKeyed } from "../appspec/lists-by-name";
import type { AppSpec } from "../appspec/types";
import { deploymentOnce } from "../service/safe-writes";
import { asked, explained, lifted, liftedSecret, withSecretsHidden } from "./run";
import { refuseUnreadable } from "./explain-not-found";
import { secrecyOf } from "../resources/app/app-secrets";

/** Which app: by its id at the service, or by the name in its spec. */
export type AppQuery = { readonly id: string } | { readonly name: string };

/**
 * An existing app. Ciphertext in specs is replaced by a fixed text, here and in all look-ups: no other app could use it, and
 * an `App` with that text keeps the value which the service holds.
 * @throws AppPlatformError `not-found` with names that are near, `missing-token`; ApiError
 */
export async function getApp(query: AppQuery): Promise<App> {
  const { id, name } = query as { id?: unknown; name?: unknown };
  if ((id === undefined) === (name === undefined))
    throw new AppPlatformError("invalid-input", "getApp takes { id } or { name }, one of them.");
  refuseUnreadable("getApp", id === undefined ? { name } : { id });
  return asked(async (client) =>
    withSecretsHidden(
      id === undefined ? await appByName(client, name as string) : await appById(client, id as string),
    ),
  );
}
/** {@link getApp} with inputs. */
export const getAppOutput = lifted(getApp);

export interface AppsQuery {
  /** Each with its `project_id`; the service takes longer then. @default false */
  readonly withProjects?: boolean | undefined;
}

/** All apps that the token may see. */
export async function getApps({ withProjects }: AppsQuery = {}): Promise<App[]> {
  return asked(async (client) => withSecretsHidden(await collect(client.listApps({ withProjects }))));
}
/** {@link getApps} as an Output. */
export const getAppsOutput = lifted(getApps);

export interface ProposalQuery {
  readonly spec: AppSpec;
  /** As an update of this app. @default as a new app */
  readonly appId?: string | undefined;
}

/**
 * What the service would make of a spec: the spec with its defaults, whether the name is free, and `app_cost`, US dollars a
 * month. Nothing is created. Previews of an App ask this by themselves.
 * @throws AppPlatformError `not-found` for the app; ApiError `invalid-spec` in the service's words
 */
export async function getProposal({ spec, appId }: ProposalQuery): Promise<Proposal> {
  return explained("getProposal", { appId }, async (client) =>
    withSecretsHidden(await client.proposeApp({ spec, ...(appId !== undefined && { app_id: appId }) })),
  ).catch((error: unknown) => {
    // The service may repeat what it was sent.
    throw withoutSecrets(error, secrecyOf({ spec: toKeyed(spec) }, undefined));
  });
}
/** {@link getProposal} with inputs. */
export const getProposalOutput = lifted(getProposal);

export interface RestartArgs {
  /** Names of components. @default all */
  readonly components?: readonly string[] | undefined;
}

/**
 * Restarts what runs, container by container, without a build, in every `up` of a program that calls it. Where the answer
 * is lost, the deployment that the restart made is looked for, so that there is no second restart. In a preview nothing is
 * restarted, and the active deployment comes back as it stands.
 * @returns the deployment that the restart is part of
 * @throws AppPlatformError `not-found`, also for a component; ApiError
 */
export async function restartApp(appId: string, { components }: RestartArgs = {}): Promise<Deployment> {
  return explained("restartApp", { appId }, async (client) => {
    const app = await appById(client, appId);
    const names = componentNames(app);
    for (const name of components ?? [])
      if (!names.includes(name))
        throw notFound(`no component ${name} in the app ${app.spec.name}`, near(name, names, "components"));
    if (!pulumi.runtime.isDryRun()) {
      const restart = () => client.restartApp(appId, components ? { components } : {});
      const { deployment, known } = await deploymentOnce(
        client,
        appId,
        restart,
        { clock: systemClock },
        shownDeployments(app).map(({ id }) => id),
      );
      const found = deployment ?? (await startedOne(client, appId, known));
      if (found) return withSecretsHidden(found);
      throw new AppPlatformError(
        "no-deployment",
        `The service accepted the restart, but no new deployment of the app ${app.spec.name} appeared. Check it with: npx app-platform deployments ${app.spec.name}`,
      );
    }
    if (!app.active_deployment)
      throw notFound(`nothing to restart in the app ${app.spec.name}`, "It has no active deployment.");
    return withSecretsHidden(app.active_deployment);
  });
}
/** The deployment of a write whose response names none. */
const startedOne = (client: Client, appId: string, known: Known): Promise<Deployment | undefined> => {
  const source = {
    app: () => client.getApp(appId),
    deployments: async () => (await client.listDeploymentPage(appId, {})).items,
  };
  return lookForStarted(source, known, PATIENCE.deployment, { clock: systemClock });
};

/** {@link restartApp} with inputs. */
export const restartAppOutput = lifted(restartApp);

/** How the components of an app do. @throws AppPlatformError `not-found`; ApiError */
export async function getAppHealth(appId: string): Promise<AppHealth> {
  return explained("getAppHealth", { appId }, (client) => client.getAppHealth(appId));
}
/** {@link getAppHealth} with inputs. */
export const getAppHealthOutput = lifted(getAppHealth);

/** The containers of an app that run now. @throws AppPlatformError `not-found`; ApiError */
export async function getInstances(appId: string): Promise<AppInstance[]> {
  return explained("getInstances", { appId }, (client) => client.listInstances(appId));
}
/** {@link getInstances} with inputs. */
export const getInstancesOutput = lifted(getInstances);

export interface BandwidthQuery {
  /** ISO 8601; the time of day does not matter. @default yesterday */
  readonly date?: string | undefined;
}

/** What an app, or each of up to 100 apps, sent on one day. @throws AppPlatformError `not-found`; ApiError */
export async function getBandwidth(
  appIds: string | readonly string[],
  { date }: BandwidthQuery = {},
): Promise<BandwidthUsage> {
  if (typeof appIds !== "string") return asked((client) => client.getBandwidths({ app_ids: appIds, date }));
  return explained("getBandwidth", { appId: appIds }, (client) => client.getBandwidth(appIds, { date }));
}
/** {@link getBandwidth} with inputs. */
export const getBandwidthOutput = lifted(getBandwidth);

export interface ExecQuery {
  readonly component: string;
  /** @default the active one */
  readonly deploymentId?: string | undefined;
  /** Name of a container, see {@link getInstances}. @default any */
  readonly instance?: string | undefined;
}

/**
 * The WebSocket address of a terminal in a running component. Whoever has it is in: never print or store it.
 * @throws AppPlatformError `not-found`, also for a component; ApiError
 */
export async function getExecUrl(appId: string, query: ExecQuery): Promise<string> {
  const { component, deploymentId } = query;
  return explained("getExecUrl", { appId, deploymentId, component }, (client) =>
    client.getExecUrl(appId, query),
  );
}
/** {@link getExecUrl} with inputs, as a secret. */
export const getExecUrlOutput = liftedSecret(getExecUrl);
