import { path } from "../net/address";
import { DEFAULT_TIMEOUT_MS } from "../net/http";
import { openLive, type Carrier } from "../net/live-log";
import { openLog } from "../net/log-stream";
import * as shapes from "./shapes";
import type { CallOptions, ClientOptions, Transport } from "../net/transport";
import type { LogType, LogUrls } from "./types";

export interface LogRequest {
  /** @default the active deployment */
  readonly deploymentId?: string | undefined;
  /** @default all components */
  readonly component?: string | undefined;
  readonly type: LogType;
  /** Request a URL that streams new lines. */
  readonly follow?: boolean | undefined;
  /** Only the last lines; not documented everywhere, so the response may contain more. */
  readonly tailLines?: number | undefined;
  /** How long the service waits for a container, such as `3m`. @default "3m", by the service */
  readonly podConnectionTimeout?: string | undefined;
  /** Response timeout in milliseconds, to allow for the wait above. @default the client's */
  readonly timeoutMs?: number | undefined;
  /** Logs of an autoscaling event instead of those of a deployment. */
  readonly eventId?: string | undefined;
  /** Logs of one run of the job `component`. */
  readonly invocationId?: string | undefined;
}

export type LogCalls = ReturnType<typeof logCalls>;

/** Log URLs and their content. */
export function logCalls(transport: Transport, client: Pick<ClientOptions, "timeoutMs">) {
  return {
    /** Addresses of logs: credentials in themselves, to be opened at once and never kept. */
    async getLogUrls(appId: string, request: LogRequest, options?: CallOptions): Promise<LogUrls> {
      const query = {
        ...(request.invocationId !== undefined && { deployment_id: request.deploymentId }),
        type: request.invocationId === undefined ? request.type : "JOB_INVOCATION",
        follow: request.follow,
        tail_lines: request.tailLines,
        pod_connection_timeout: request.podConnectionTimeout,
      };
      const logs = path`/v2/apps/${appId}` + belowApp(request) + "/logs";
      const { timeoutMs } = request;
      return shapes.checkLogUrls(
        await transport.call({ method: "GET", path: logs, query, timeoutMs, ...options }),
      );
    },

    /** The lines of one of the archives of `getLogUrls`, see `openLog` in net/log-stream.ts. */
    openLog(url: string, options?: CallOptions & { readonly mostOfLine?: number }): AsyncIterable<string> {
      const { timeoutMs = DEFAULT_TIMEOUT_MS } = client;
      const { signal, mostOfLine } = options ?? {};
      return openLog(url, { signal, timeoutMs, silentMs: timeoutMs, mostOfLine });
    },

    /** The lines of the live log of `getLogUrls` as they come, see `openLive` in net/live-log.ts. */
    openLive(
      url: string,
      options?: CallOptions & { readonly onOpen?: (by: Carrier) => void },
    ): AsyncIterable<string> {
      const { signal, onOpen } = options ?? {};
      return openLive(url, { signal, timeoutMs: client.timeoutMs, onOpen });
    },
  };
}

function belowApp({ deploymentId, component, eventId, invocationId }: LogRequest): string {
  if (invocationId !== undefined) return path`/jobs/${component ?? ""}/invocations/${invocationId}`;
  if (eventId !== undefined) return path`/events/${eventId}`;
  const deployment = deploymentId === undefined ? "" : path`/deployments/${deploymentId}`;
  return deployment + (component === undefined ? "" : path`/components/${component}`);
}
