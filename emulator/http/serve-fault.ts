import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import { ALTERATIONS, altered, type Altering } from "./altered-responses";
import type { Clock } from "../clock";
import { notFound } from "../errors";
import { breakOf, type Break, type Fault } from "./faults";
import type { Replicas } from "./replicas";
import { appView } from "../views/app";

const BAD_GATEWAY =
  "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
const DRIP = '{"id":"00000000"},'.repeat(500);
const DRIP_MS = 10;
/** Interval on the emulator's clock, for the case that this clock runs much faster than real time. */
const DRIP_CLOCK_MS = 10_000;
export const WRONG_TYPES = {
  account: "me",
  alert: [],
  alerts: "all",
  app: 7,
  app_bandwidth_usage: "plenty",
  app_cost: "dear",
  app_health: true,
  app_name_available: "perhaps",
  apps: "many",
  deployment: [],
  deployments: { total: "one" },
  event: 1,
  events: { newest: 1 },
  historic_urls: 3,
  instance_size: "small",
  instance_sizes: 2,
  instances: "few",
  job_invocation: "last",
  job_invocations: 4,
  links: 0,
  live_url: 5,
  meta: { total: "3" },
  project: 6,
  regions: "all",
  url: 8,
  valid: "yes",
};

const raw = (c: Context): HttpBindings => c.env as HttpBindings;

function cut(c: Context): Response {
  raw(c).outgoing.socket?.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

const clientGone = (c: Context): Promise<void> =>
  new Promise((resolve) => {
    const { outgoing } = raw(c);
    if (outgoing.destroyed) resolve();
    else outgoing.once("close", () => resolve());
  });

function pause(c: Context, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.setTimeout(resolve, ms);
    raw(c).outgoing.once("close", () => {
      stop();
      resolve();
    });
  });
}

async function halfOf(c: Context, response: Response, then: Break["then"]): Promise<Response> {
  const body = Buffer.from(await response.arrayBuffer());
  const { outgoing } = raw(c);
  outgoing.writeHead(response.status, { "content-type": "application/json", "content-length": body.length });
  await new Promise<void>((resolve) => outgoing.write(body.subarray(0, body.length >> 1), () => resolve()));
  if (then === "silence") await clientGone(c);
  else outgoing.socket?.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Sends the first chunks of a response, each a line for a live log, and applies the fault to the rest. */
async function breaking(c: Context, response: Response, { chunks, half, then }: Break): Promise<Response> {
  if (response.body === null) return response;
  const { outgoing } = raw(c);
  outgoing.writeHead(response.status, {
    "content-type": response.headers.get("content-type") ?? "text/plain",
  });
  outgoing.flushHeaders();
  const reader = response.body.getReader();
  const gone = clientGone(c).then(() => ({ done: true, value: undefined }));
  for (let left = chunks + (half ? 1 : 0); left > 0; left -= 1) {
    const { done, value } = await Promise.race([
      reader.read() as Promise<{ done: boolean; value?: Uint8Array }>,
      gone,
    ]);
    if (done || value === undefined) {
      await reader.cancel();
      outgoing.end();
      return RESPONSE_ALREADY_SENT;
    }
    const part = half && left === 1 ? value.subarray(0, value.length >> 1) : value;
    await new Promise<void>((resolve) => outgoing.write(part, () => resolve()));
  }
  await reader.cancel();
  if (then === "cut") return cut(c);
  await gone;
  return RESPONSE_ALREADY_SENT;
}

/** Keeps writing, whichever of the two clocks advances. @returns stops it */
export function drip(write: (text: string) => void, clock: Clock): () => void {
  const timer = setInterval(() => write(DRIP), DRIP_MS);
  let stopClock = (): void => {};
  const onClock = (): void => {
    write(DRIP);
    stopClock = clock.setTimeout(onClock, DRIP_CLOCK_MS);
  };
  stopClock = clock.setTimeout(onClock, DRIP_CLOCK_MS);
  return () => {
    clearInterval(timer);
    stopClock();
  };
}

async function endless(c: Context, clock: Clock): Promise<Response> {
  const { outgoing } = raw(c);
  outgoing.writeHead(200, { "content-type": "application/json" });
  outgoing.write('{"apps":[');
  const stop = drip((text) => outgoing.write(text), clock);
  await clientGone(c);
  stop();
  return RESPONSE_ALREADY_SENT;
}

/** A response that a fault sends without processing the request. */
export interface FaultAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Undefined for other kinds of faults. Pure. */
export function faultAnswer(fault: Fault): FaultAnswer | undefined {
  if (fault === "html-502")
    return { status: 502, headers: { "content-type": "text/html" }, text: BAD_GATEWAY };
  if (typeof fault !== "object" || !("status" in fault)) return undefined;
  const {
    status,
    headers = {},
    body = { id: "emulated_fault", message: `Emulated response ${status}` },
  } = fault;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: { "content-type": "application/json", ...headers }, text };
}

const NAMES: readonly unknown[] = ALTERATIONS;

const isAltering = (fault: Fault): fault is Altering =>
  NAMES.includes(fault) ||
  (typeof fault === "object" && ("lateMs" in fault || "phase" in fault || "padBytes" in fault));

/** For a request for a deployment that is too young to be shown, the service responds with 404. */
async function serveAltered(
  how: Altering,
  method: string,
  response: Response,
  now: number,
): Promise<Response> {
  if (!response.ok || !/json/.test(response.headers.get("content-type") ?? "")) return response;
  const body = (await response.json()) as object;
  const other = altered(how, body, now) as object;
  const isGone =
    method === "GET" && typeof how === "object" && "deployment" in body && !("deployment" in other);
  const { id, message, status } = notFound();
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  if (isGone) return Response.json({ id, message }, { status, headers });
  return Response.json(other, { status: response.status, headers });
}

const APP = /^\/v2\/apps\/([^/]+)$/;

async function serveLagging(
  lagMs: number,
  c: Context,
  replicas: Replicas,
  work: () => Promise<Response>,
): Promise<Response> {
  if (c.req.method === "GET") return replicas.serveLagging(lagMs, work);
  // Taken before the request is processed, because the replica must not contain its result, even without a
  // lag.
  const replica = replicas.lagging(lagMs);
  const response = await work();
  const id = APP.exec(c.req.path)?.[1];
  const app = replica.list().find((one) => one.id === id);
  if (!response.ok || c.req.method !== "PUT" || app === undefined) return response;
  return Response.json({ app: appView(replica, app) });
}

/** Serves one request with a fault. `work` processes the request. */
export async function serveWith(
  fault: Fault,
  c: Context,
  clock: Clock,
  replicas: Replicas,
  work: () => Promise<Response>,
): Promise<Response> {
  if (typeof fault === "object" && "lagMs" in fault) return serveLagging(fault.lagMs, c, replicas, work);
  if (fault === "discarded") return replicas.discard(work);
  if (isAltering(fault)) return serveAltered(fault, c.req.method, await work(), clock.now());
  if (typeof fault === "object" && "delayMs" in fault) {
    await pause(c, fault.delayMs, clock);
    return raw(c).outgoing.destroyed ? RESPONSE_ALREADY_SENT : work();
  }
  const answer = faultAnswer(fault);
  if (answer !== undefined) {
    const { status, headers, text } = answer;
    return new Response(status === 204 || status === 304 ? null : text, { status, headers });
  }
  const broken = breakOf(fault);
  if (broken !== undefined && (typeof fault === "object" || c.req.path.startsWith("/_logs/live/")))
    return breaking(c, await work(), broken);
  switch (fault) {
    case "reset-before":
      return cut(c);
    case "reset-after":
      await work();
      return cut(c);
    case "timeout":
      await clientGone(c);
      return RESPONSE_ALREADY_SENT;
    case "truncated":
      return halfOf(c, await work(), "cut");
    case "stalled":
      return halfOf(c, await work(), "silence");
    case "endless":
      return endless(c, clock);
    default:
      return Response.json(WRONG_TYPES);
  }
}
