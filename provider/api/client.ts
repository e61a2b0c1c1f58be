import { type AccountCalls, type AlertCalls, accountCalls, alertCalls } from "./account";
import { type AppCalls, appCalls } from "./apps";
import { type DeploymentCalls, deploymentCalls } from "./deployments";
import { type EventCalls, eventCalls } from "./events";
import { type LogCalls, logCalls } from "./logs";
import { type ClientOptions, Transport } from "../net/transport";

export type { LogRequest } from "./logs";
export type { CallOptions, ClientOptions } from "../net/transport";

/**
 * The App Platform's API: a method for each endpoint, from one file for each kind of resource.
 *
 * Every method throws ApiError. Reads are retried after temporary faults; a write is sent again only when the service
 * cannot have done it. After a write that failed with `ambiguous`, look before writing again.
 */
export type Client = AppCalls &
  DeploymentCalls &
  LogCalls &
  EventCalls &
  AlertCalls &
  AccountCalls & {
    /** The service's time in milliseconds since 1970, by its last response. */
    serviceTime(): number;
  };

class ComposedClient {
  constructor(options: ClientOptions) {
    const transport = new Transport(options);
    Object.assign(
      this,
      appCalls(transport),
      deploymentCalls(transport),
      logCalls(transport, options),
      eventCalls(transport),
      alertCalls(transport),
      accountCalls(transport),
      { serviceTime: () => transport.serviceTime() },
    );
  }
}

/** @throws {AppPlatformError} `missing-token`, `bad-address` */
export const Client = ComposedClient as new (options: ClientOptions) => Client;
