import * as events from "../../functions/events";
import { forPrograms, lifted, unlessPreview } from "./program-client";

export type { EventsQuery } from "../../functions/events";

/** Deployments and autoscalings of an app, newest first. @throws AppPlatformError `not-found`; ApiError */
export const getEvents = forPrograms(events.getEvents);
/** {@link getEvents} with inputs. */
export const getEventsOutput = lifted(getEvents);

/** One event. @throws AppPlatformError `not-found`; ApiError */
export const getEvent = forPrograms(events.getEvent);
/** {@link getEvent} with inputs. */
export const getEventOutput = lifted(getEvent);

/**
 * Cancels an autoscaling in progress and returns it. Also returns one that is canceled already. A preview cancels nothing and
 * returns the event unchanged.
 * @throws AppPlatformError `not-found`, `already-ended` if it finished in another way; ApiError
 */
export const cancelEvent = forPrograms((client, appId: string, eventId: string) =>
  events.cancelEvent(client, appId, eventId, unlessPreview()),
);
/** {@link cancelEvent} with inputs. */
export const cancelEventOutput = lifted(cancelEvent);
