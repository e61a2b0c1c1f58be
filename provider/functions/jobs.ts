import * as pulumi from "@pulumi/pulumi";
import type { InvocationPhase, JobInvocation } from "../api/types";
import { explained, lifted } from "./run";
import { cancelOnce, takeItOut, type Stoppable } from "./cancel";
import { listed, type PageQuery } from "./paging";

export interface JobInvocationsQuery extends PageQuery {
  /** Names of jobs. @default all */
  readonly jobs?: readonly string[] | undefined;
  readonly deploymentId?: string | undefined;
  /** Such as `["FAILED"]`. With `page`: those of that page. @default all */
  readonly phases?: readonly InvocationPhase[] | undefined;
}

/** Runs of an app's jobs. @throws AppPlatformError `not-found`; ApiError */
export async function getJobInvocations(
  appId: string,
  query: JobInvocationsQuery = {},
): Promise<JobInvocation[]> {
  const { jobs, deploymentId, phases } = query;
  return explained("getJobInvocations", { appId, deploymentId }, async (client) => {
    const found = await listed(
      query,
      (page) => client.listJobInvocationPage(appId, { ...page, jobs, deploymentId }),
      () => client.listJobInvocations(appId, { jobs, deploymentId }),
    );
    return phases ? found.filter(({ phase }) => phases.includes(phase ?? "UNKNOWN")) : found;
  });
}
/** {@link getJobInvocations} with inputs. */
export const getJobInvocationsOutput = lifted(getJobInvocations);

/** One run of a job. @throws AppPlatformError `not-found`; ApiError */
export async function getJobInvocation(appId: string, invocationId: string): Promise<JobInvocation> {
  return explained("getJobInvocation", { appId, invocationId }, (client) =>
    client.getJobInvocation(appId, invocationId),
  );
}
/** {@link getJobInvocation} with inputs. */
export const getJobInvocationOutput = lifted(getJobInvocation);

/**
 * Stops a run of a job, and returns it; one that is canceled already is returned as well. In a preview, only looks at it.
 * @throws AppPlatformError `not-found`, `already-ended` where it has ended in another way; ApiError
 */
export async function cancelJobInvocation(appId: string, invocationId: string): Promise<JobInvocation> {
  if (pulumi.runtime.isDryRun()) return getJobInvocation(appId, invocationId);
  return explained("cancelJobInvocation", { appId, invocationId }, (client) => {
    const run: Stoppable<JobInvocation> = {
      name: `job invocation ${invocationId}`,
      cancel: () => client.cancelJobInvocation(appId, invocationId),
      look: () => client.getJobInvocation(appId, invocationId),
      phaseOf: ({ phase }) => phase,
    };
    return cancelOnce(run, takeItOut("cancelJobInvocation"));
  });
}
/** {@link cancelJobInvocation} with inputs. */
export const cancelJobInvocationOutput = lifted(cancelJobInvocation);
