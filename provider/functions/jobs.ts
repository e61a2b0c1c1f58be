import type { Client } from "../api/client";
import type { InvocationPhase, JobInvocation } from "../api/types";
import type { InPreview } from "./apps";
import { cancelOnce, takeItOut, type Stoppable } from "./cancel";
import { explainedBy } from "./explain-not-found";
import { listed, type PageQuery } from "./paging";

export interface JobInvocationsQuery extends PageQuery {
  /** Names of jobs. @default all */
  readonly jobs?: readonly string[] | undefined;
  readonly deploymentId?: string | undefined;
  /** Only runs in these phases, such as `["FAILED"]`. With `page`, filters that page. @default all */
  readonly phases?: readonly InvocationPhase[] | undefined;
}

/** @throws AppPlatformError `not-found`; ApiError */
export async function getJobInvocations(
  client: Client,
  appId: string,
  query: JobInvocationsQuery = {},
): Promise<JobInvocation[]> {
  const { jobs, deploymentId, phases } = query;
  return explainedBy(client, "getJobInvocations", { appId, deploymentId }, async () => {
    const found = await listed(
      query,
      (page) => client.listJobInvocationPage(appId, { ...page, jobs, deploymentId }),
      () => client.listJobInvocations(appId, { jobs, deploymentId }),
    );
    return phases ? found.filter(({ phase }) => phases.includes(phase ?? "UNKNOWN")) : found;
  });
}

/** @throws AppPlatformError `not-found`; ApiError */
export const getJobInvocation = (
  client: Client,
  appId: string,
  invocationId: string,
): Promise<JobInvocation> =>
  explainedBy(client, "getJobInvocation", { appId, invocationId }, () =>
    client.getJobInvocation(appId, invocationId),
  );

/** @throws AppPlatformError `not-found`, `already-ended` unless it is canceled already; ApiError */
export async function cancelJobInvocation(
  client: Client,
  appId: string,
  invocationId: string,
  { preview }: InPreview,
): Promise<JobInvocation> {
  if (preview) return getJobInvocation(client, appId, invocationId);
  return explainedBy(client, "cancelJobInvocation", { appId, invocationId }, () => {
    const run: Stoppable<JobInvocation> = {
      name: `job invocation ${invocationId}`,
      cancel: () => client.cancelJobInvocation(appId, invocationId),
      look: () => client.getJobInvocation(appId, invocationId),
      phaseOf: ({ phase }) => phase,
    };
    return cancelOnce(run, takeItOut("cancelJobInvocation"));
  });
}
