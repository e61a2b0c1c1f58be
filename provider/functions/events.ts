import * as pulumi from "@pulumi/pulumi";
import type { AppEvent, EventType } from "../api/types";
import { explained, lifted, withSecretsHidden } from "./run";
import { cancelOnce, takeItOut, type Stoppable } from "./cancel";
import { listed, type PageQuery } from "./paging";

export interface EventsQuery extends PageQuery {
  /** @default all */
  readonly types?: readonly EventType[] | undefined;
}

/** Deployments and autoscalings of an app, the newest first. @throws AppPlatformError `not-found`; ApiError */
export async function getEvents(appId: string, query: EventsQuery = {}): Promise<AppEvent[]> {
  const { types } = query;
  return explained("getEvents", { appId }, async (client) =>
    withSecretsHidden(
      await listed(
        query,
        (page) => client.listEventPage(appId, { ...page, types }),
        () => client.listEvents(appId, { types }),
      ),
    ),
  );
}
/** {@link getEvents} with inputs. */
export const getEventsOutput = lifted(getEvents);

/** One event. @throws AppPlatformError `not-found`; ApiError */
export async function getEvent(appId: string, eventId: string): Promise<AppEvent> {
  return explained("getEvent", { appId, eventId }, async (client) =>
    withSecretsHidden(await client.getEvent(appId, eventId)),
  );
}
/** {@link getEvent} with inputs. */
export const getEventOutput = lifted(getEvent);

/**
 * Stops an autoscaling that goes on, and returns it; one that is canceled already is returned as well. In a preview, only
 * looks at it.
 * @throws AppPlatformError `not-found`, `already-ended` where it has ended in another way; ApiError
 */
export async function cancelEvent(appId: string, eventId: string): Promise<AppEvent> {
  if (pulumi.runtime.isDryRun()) return getEvent(appId, eventId);
  return explained("cancelEvent", { appId, eventId }, async (client) => {
    const event: Stoppable<AppEvent> = {
      name: `autoscaling ${eventId}`,
      cancel: () => client.cancelEvent(appId, eventId),
      look: () => client.getEvent(appId, eventId),
      phaseOf: ({ autoscaling }) => autoscaling?.phase,
    };
    return withSecretsHidden(await cancelOnce(event, takeItOut("cancelEvent")));
  });
}
/** {@link cancelEvent} with inputs. */
export const cancelEventOutput = lifted(cancelEvent);
