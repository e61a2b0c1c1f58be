import type { Client } from "../api/client";
import type { AppEvent, EventType } from "../api/types";
import type { InPreview } from "./apps";
import { cancelOnce, takeItOut, type Stoppable } from "./cancel";
import { explainedBy, withSecretsHidden } from "./explain-not-found";
import { listed, type PageQuery } from "./paging";

export interface EventsQuery extends PageQuery {
  /** @default all */
  readonly types?: readonly EventType[] | undefined;
}

/** @throws AppPlatformError `not-found`; ApiError */
export async function getEvents(client: Client, appId: string, query: EventsQuery = {}): Promise<AppEvent[]> {
  const { types } = query;
  return explainedBy(client, "getEvents", { appId }, async () =>
    withSecretsHidden(
      await listed(
        query,
        (page) => client.listEventPage(appId, { ...page, types }),
        () => client.listEvents(appId, { types }),
      ),
    ),
  );
}

/** @throws AppPlatformError `not-found`; ApiError */
export const getEvent = (client: Client, appId: string, eventId: string): Promise<AppEvent> =>
  explainedBy(client, "getEvent", { appId, eventId }, async () =>
    withSecretsHidden(await client.getEvent(appId, eventId)),
  );

/** @throws AppPlatformError `not-found`, `already-ended` unless it is canceled already; ApiError */
export async function cancelEvent(
  client: Client,
  appId: string,
  eventId: string,
  { preview }: InPreview,
): Promise<AppEvent> {
  if (preview) return getEvent(client, appId, eventId);
  return explainedBy(client, "cancelEvent", { appId, eventId }, async () => {
    const event: Stoppable<AppEvent> = {
      name: `autoscaling ${eventId}`,
      cancel: () => client.cancelEvent(appId, eventId),
      look: () => client.getEvent(appId, eventId),
      phaseOf: ({ autoscaling }) => autoscaling?.phase,
    };
    return withSecretsHidden(await cancelOnce(event, takeItOut("cancelEvent")));
  });
}
