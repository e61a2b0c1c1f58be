import * as apps from "../../functions/apps";
import { fileOf } from "../../load-spec";
import { forPrograms, lifted, liftedSecret, unlessPreview } from "./program-client";

export type {
  AppQuery,
  AppsQuery,
  BandwidthQuery,
  ExecQuery,
  ProposalQuery,
  RestartArgs,
} from "../../functions/apps";

/**
 * An existing app. Here and in all functions, a placeholder replaces the ciphertext in specs: no other app could use it, and an
 * `App` with the placeholder keeps the value that the service has stored.
 * @throws AppPlatformError `not-found` with similar names, `missing-token`; ApiError
 */
export const getApp = forPrograms(apps.getApp);
/** {@link getApp} with inputs. */
export const getAppOutput = lifted(getApp);

/** All apps that the token can access. */
export const getApps = forPrograms(apps.getApps);
/** {@link getApps} as an Output. */
export const getAppsOutput = lifted(getApps);

/**
 * The service's opinion of a spec: the spec with its defaults, whether the name is free, and `app_cost` in US dollars a month.
 * Creates nothing. The preview of an App requests it automatically.
 * @throws AppPlatformError `not-found` for the app; ApiError `invalid-spec` with the place and the service's message
 */
export const getProposal = forPrograms((client, query: apps.ProposalQuery) =>
  apps.getProposal(client, query, fileOf(query.spec)),
);
/** {@link getProposal} with inputs. */
export const getProposalOutput = lifted(getProposal);

/**
 * Restarts the running containers one by one, without a build, in every `up` of a program that calls it. If the response is
 * lost, looks for the deployment of the restart instead of restarting again. A preview restarts nothing and returns the active
 * deployment.
 * @returns the deployment that the restart belongs to
 * @throws AppPlatformError `not-found`, also for a component; ApiError
 */
export const restartApp = forPrograms((client, appId: string, args: apps.RestartArgs = {}) =>
  apps.restartApp(client, appId, args, unlessPreview()),
);
/** {@link restartApp} with inputs. */
export const restartAppOutput = lifted(restartApp);

/** Health of an app's components. @throws AppPlatformError `not-found`; ApiError */
export const getAppHealth = forPrograms(apps.getAppHealth);
/** {@link getAppHealth} with inputs. */
export const getAppHealthOutput = lifted(getAppHealth);

/** The running containers of an app. @throws AppPlatformError `not-found`; ApiError */
export const getInstances = forPrograms(apps.getInstances);
/** {@link getInstances} with inputs. */
export const getInstancesOutput = lifted(getInstances);

/** Outgoing traffic of an app, or of each of up to 100 apps, on one day. @throws AppPlatformError `not-found`; ApiError */
export const getBandwidth = forPrograms(apps.getBandwidth);
/** {@link getBandwidth} with inputs. */
export const getBandwidthOutput = lifted(getBandwidth);

/**
 * The WebSocket address of a terminal in a running component. Anyone with this URL has access; never print or store it.
 * @throws AppPlatformError `not-found`, also for a component; ApiError
 */
export const getExecUrl = forPrograms(apps.getExecUrl);
/** {@link getExecUrl} with inputs, as a secret. */
export const getExecUrlOutput = liftedSecret(getExecUrl);
