import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { parse } from "yaml";
import { ApiError, badRequest, notFound, unauthorized } from "./errors";
import type { RateLimiter } from "./http/rate-limiter";
import type { RecordedCall } from "./http/recorder";
import type { Replicas } from "./http/replicas";
import { accountRoutes } from "./routes/account";
import { alertRoutes } from "./routes/alerts";
import { appRoutes } from "./routes/apps";
import { catalogueRoutes } from "./routes/catalogue";
import type { Api, Ctx, Env } from "./routes/context";
import { controlRoutes, type ControlDeps } from "./routes/control";
import { deploymentRoutes } from "./routes/deployments";
import { invocationRoutes } from "./routes/invocations";
import { logRoutes } from "./routes/logs";
import { methodGuard } from "./routes/methods";
import { metricRoutes } from "./routes/metrics";
import { projectRoutes } from "./routes/projects";
import { proposeRoutes } from "./routes/propose";
import { runningRoutes } from "./routes/running";
import { rollbackRoutes } from "./routes/rollback";
import { statusRoutes } from "./routes/status";
import { refuseStrangers } from "./http/origin-guard";
import { checkScopes } from "./http/scopes";
import { serveWith } from "./http/serve-fault";

/** Larger bodies are rejected with 413. */
const MAX_BODY_BYTES = 1024 * 1024;

const YAML_TYPE = /^(application|text)\/(x-)?yaml\b/i;

/** Programs that set no content type send text or a form type by default, as `fetch` and curl do. */
const JSON_TYPE = /^(application\/([\w.-]+\+)?json|text\/plain|application\/x-www-form-urlencoded)\s*(;|$)/i;

/** Any spec needs only a few aliases; many are an attack. */
const MAX_ALIASES = 100;

/** Only values that JSON can also represent: no dates, and no numbers such as NaN. */
const parseYaml = (text: string): unknown =>
  JSON.parse(JSON.stringify(parse(text, { maxAliasCount: MAX_ALIASES, schema: "core" }) ?? null)) as unknown;

export interface Wiring extends ControlDeps {
  limiter: RateLimiter | undefined;
  readonly replicas: Replicas;
  /** Called for each request once its response was sent. */
  onCall: ((call: RecordedCall) => void) | undefined;
  /** The only token accepted; any when undefined. */
  token: string | undefined;
  /** Host names to accept besides those of this machine, in lower case. */
  allowedHosts: readonly string[];
  requestId(): string;
  /** Resolves once all earlier changes are stored safely. */
  saved(): Promise<void>;
}

const isControl = (path: string): boolean => path === "/" || path.startsWith("/_emulator/");

async function readBody(c: Ctx): Promise<unknown> {
  if (c.req.method === "GET" || c.req.method === "HEAD") return undefined;
  const tooLarge = new ApiError(413, "request_entity_too_large", "The request body is too large.", {
    connection: "close",
  });
  if (Number(c.req.header("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge;
  const text = await c.req.text();
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) throw tooLarge;
  if (text.trim() === "") return undefined;
  const type = c.req.header("content-type") || "application/json";
  const isYaml = YAML_TYPE.test(type);
  if (!isYaml && !JSON_TYPE.test(type))
    throw new ApiError(415, "unsupported_media_type", `content-type: must be JSON or YAML, but is "${type}"`);
  try {
    return isYaml ? parseYaml(text) : (JSON.parse(text) as unknown);
  } catch {
    throw badRequest(`the body is not valid ${isYaml ? "YAML" : "JSON"}`);
  }
}

/** Reads the body first, so that the record of a request is complete even if it hits a fault. */
async function keepBody(c: Ctx): Promise<void> {
  try {
    c.set("body", await readBody(c));
  } catch (error) {
    // Reported after the token is checked, as the service does.
    c.set("bodyProblem", error instanceof ApiError ? error : badRequest("the body cannot be read"));
  }
}

function tokenOf(c: Ctx, wiring: Wiring): string {
  const token = /^Bearer\s+(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (token === undefined || (wiring.token !== undefined && token !== wiring.token)) throw unauthorized();
  return token;
}

/** All routes behind the origin check, recording, faults, token and rate limit, in that order. */
export function buildApp(wiring: Wiring): Api {
  const api: Api = new Hono<Env>();

  api.use(async (c, next) => {
    c.set("requestId", wiring.requestId());
    refuseStrangers({ path: c.req.path, header: (name) => c.req.header(name) }, wiring.allowedHosts);
    await keepBody(c);
    if (isControl(c.req.path)) return next();
    // The rest of a log's address is its credential.
    const isLog = c.req.path.startsWith("/_logs/");
    const call: RecordedCall = {
      method: c.req.method,
      path: isLog ? "/_logs" : c.req.path,
      query: isLog ? {} : c.req.query(),
      at: wiring.store().now,
    };
    if (c.get("body") !== undefined) call.body = c.get("body");
    wiring.recorder.add(call);
    const work = async (): Promise<Response> => {
      await next();
      return c.res;
    };
    const fault = wiring.faults.take(c.req.method, c.req.path);
    if (fault === undefined) await next();
    else {
      call.fault = fault;
      c.res = await serveWith(fault, c, wiring.store().options.clock, wiring.replicas, work);
    }
    if (c.res.headers.get("x-hono-already-sent") === null) {
      call.status = c.res.status;
      c.header("date", new Date(wiring.store().now).toUTCString());
    }
    wiring.onCall?.(call);
    return undefined;
  });

  api.use(async (c, next) => {
    c.header("x-request-id", c.get("requestId"));
    if (/^\/v[12]\//.test(c.req.path)) {
      const token = tokenOf(c, wiring);
      const headers = wiring.limiter?.take(token) ?? {};
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
      checkScopes(c.req.method, c.req.path, c.get("body"), wiring.scopes);
    }
    const problem = c.get("bodyProblem");
    if (problem !== undefined) throw problem;
    await next();
  });

  // Innermost, so that the work is stored even if a fault loses the response. Reads wait as well, because
  // their response contains what another request changed a moment ago.
  api.use(async (_c, next) => {
    await next();
    await wiring.saved();
  });

  api.use(methodGuard(api));

  controlRoutes(api, wiring);
  statusRoutes(api, wiring);
  catalogueRoutes(api, wiring);
  proposeRoutes(api, wiring);
  appRoutes(api, wiring);
  deploymentRoutes(api, wiring);
  rollbackRoutes(api, wiring);
  logRoutes(api, wiring);
  runningRoutes(api, wiring);
  invocationRoutes(api, wiring);
  metricRoutes(api, wiring);
  alertRoutes(api, wiring);
  projectRoutes(api, wiring);
  accountRoutes(api, wiring);

  const refuse = (c: Ctx, error: ApiError): Response => {
    const body = { id: error.id, message: error.message, request_id: c.get("requestId") };
    for (const [name, value] of Object.entries(error.headers)) c.header(name, value);
    c.header("x-request-id", c.get("requestId"));
    return c.json(body, error.status as 400);
  };
  api.notFound((c) => refuse(c, notFound()));
  api.onError((error, c) =>
    refuse(
      c,
      error instanceof ApiError ? error : new ApiError(500, "server_error", `emulator: ${error.message}`),
    ),
  );
  return api;
}

/** A server on loopback that can be unreachable for a while. */
export interface Listener {
  readonly server: Server;
  /** The same server without listening and without upgrades: for connections that are handed to it. */
  readonly plain: Server;
  readonly port: number;
  /** From now on connections are refused, as if nothing listened; requests in flight still get their response. */
  refuse(): void;
  /** Listens again on the same port. */
  accept(): Promise<void>;
}

/** Listens on loopback. Rejects with the reason if it cannot listen on the port. */
export async function listen(api: Api, port: number): Promise<Listener> {
  // The listener would otherwise replace Request and Response for the whole process, tests included.
  const listener = getRequestListener(api.fetch, { overrideGlobalObjects: false });
  const open = new Set<ServerResponse>();
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    open.add(outgoing);
    outgoing.once("close", () => open.delete(outgoing));
    void listener(incoming, outgoing);
  };
  const [server, plain] = [createServer(answer), createServer(answer)];
  const start = (at: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, "127.0.0.1", () => {
        server.removeListener("error", reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  const chosen = await start(port);
  return {
    server,
    plain,
    port: chosen,
    refuse() {
      server.close();
      // A keep-alive connection would continue to serve requests.
      for (const response of open) if (!response.headersSent) response.setHeader("connection", "close");
      for (const one of [server, plain]) one.closeIdleConnections();
    },
    accept: async () => void (await start(chosen)),
  };
}
