import * as jobs from "../../functions/jobs";
import { forPrograms, lifted, unlessPreview } from "./program-client";

export type { JobInvocationsQuery } from "../../functions/jobs";

/** Runs of an app's jobs. @throws AppPlatformError `not-found`; ApiError */
export const getJobInvocations = forPrograms(jobs.getJobInvocations);
/** {@link getJobInvocations} with inputs. */
export const getJobInvocationsOutput = lifted(getJobInvocations);

/** One run of a job. @throws AppPlatformError `not-found`; ApiError */
export const getJobInvocation = forPrograms(jobs.getJobInvocation);
/** {@link getJobInvocation} with inputs. */
export const getJobInvocationOutput = lifted(getJobInvocation);

/**
 * Cancels a run of a job and returns it. Also returns one that is canceled already. A preview cancels nothing and returns the run
 * unchanged.
 * @throws AppPlatformError `not-found`, `already-ended` if it finished in another way; ApiError
 */
export const cancelJobInvocation = forPrograms((client, appId: string, invocationId: string) =>
  jobs.cancelJobInvocation(client, appId, invocationId, unlessPreview()),
);
/** {@link cancelJobInvocation} with inputs. */
export const cancelJobInvocationOutput = lifted(cancelJobInvocation);
