import { path } from "../net/address";
import { type PageRequest, askAll, askPage } from "./calls";
import { LARGEST_PAGE, type Page } from "./pages";
import * as shapes from "./shapes";
import type { Call, CallOptions, Transport } from "../net/transport";
import type { AppEvent, EventType, JobInvocation } from "./types";

export interface InvocationFilter {
  /** Names of jobs. @default all */
  readonly jobs?: readonly string[] | undefined;
  readonly deploymentId?: string | undefined;
}

export type EventCalls = ReturnType<typeof eventCalls>;

/** Events of an app and runs of its jobs. */
export function eventCalls(transport: Transport) {
  const eventsOf = (appId: string, types: readonly EventType[] | undefined) => ({
    path: path`/v2/apps/${appId}/events`,
    field: "events",
    check: shapes.checkEvent,
    query: { event_types: types },
  });
  const invocationsOf = (appId: string, { jobs, deploymentId }: InvocationFilter) => ({
    path: path`/v2/apps/${appId}/job-invocations`,
    field: "job_invocations",
    check: shapes.checkInvocation,
    query: { job_names: jobs, deployment_id: deploymentId },
  });
  const event = async (id: string, call: Call): Promise<AppEvent> => {
    const answered = await transport.call({ ...call, expects: { "event.id": id } });
    return shapes.checkEvent(answered, shapes.bodyOf(answered).event);
  };
  const invocation = async (id: string, call: Call): Promise<JobInvocation> => {
    const answered = await transport.call({ ...call, expects: { "job_invocation.id": id, id } });
    // Described as the invocation itself; its neighbours are wrapped, so it may come so as well.
    const body = shapes.bodyOf(answered);
    return shapes.checkInvocation(answered, body.job_invocation ?? body);
  };

  return {
    /** Deployments and autoscalings, the newest first. `types`: only these. */
    listEvents(
      appId: string,
      { types }: { types?: readonly EventType[] | undefined } = {},
      options?: CallOptions,
    ): AsyncIterable<AppEvent> {
      return askAll(transport, eventsOf(appId, types), LARGEST_PAGE, options);
    },

    /** One page of events. */
    listEventPage(
      appId: string,
      { types, ...page }: PageRequest & { types?: readonly EventType[] | undefined } = {},
      options?: CallOptions,
    ): Promise<Page<AppEvent>> {
      return askPage(transport, eventsOf(appId, types), page, options);
    },

    getEvent(appId: string, id: string, options?: CallOptions): Promise<AppEvent> {
      return event(id, { method: "GET", path: path`/v2/apps/${appId}/events/${id}`, ...options });
    },

    /** Cancels an autoscaling event in progress. */
    cancelEvent(appId: string, id: string, options?: CallOptions): Promise<AppEvent> {
      return event(id, { method: "POST", path: path`/v2/apps/${appId}/events/${id}/cancel`, ...options });
    },

    /** Runs of jobs. */
    listJobInvocations(
      appId: string,
      filter: InvocationFilter = {},
      options?: CallOptions,
    ): AsyncIterable<JobInvocation> {
      return askAll(transport, invocationsOf(appId, filter), LARGEST_PAGE, options);
    },

    /** One page of runs of jobs. */
    listJobInvocationPage(
      appId: string,
      { jobs, deploymentId, ...page }: PageRequest & InvocationFilter = {},
      options?: CallOptions,
    ): Promise<Page<JobInvocation>> {
      return askPage(transport, invocationsOf(appId, { jobs, deploymentId }), page, options);
    },

    getJobInvocation(
      appId: string,
      id: string,
      { job }: { job?: string | undefined } = {},
      options?: CallOptions,
    ): Promise<JobInvocation> {
      const one = path`/v2/apps/${appId}/job-invocations/${id}`;
      return invocation(id, { method: "GET", path: one, query: { job_name: job }, ...options });
    },

    cancelJobInvocation(
      appId: string,
      id: string,
      { job }: { job?: string | undefined } = {},
      options?: CallOptions,
    ): Promise<JobInvocation> {
      const cancel = path`/v2/apps/${appId}/job-invocations/${id}/cancel`;
      return invocation(id, { method: "POST", path: cancel, query: { job_name: job }, ...options });
    },
  };
}
