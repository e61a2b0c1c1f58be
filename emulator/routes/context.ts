import type { Context, Hono } from "hono";
import { badRequest, type ApiError } from "../errors";
import type { Store } from "../model/store";
import type { Scopes } from "../http/scopes";
import type { ConsoleTicket, LogTicket, Tickets } from "../logs/signed-urls";

/** What each request carries through the routes. */
export interface Env {
  Variables: { requestId: string; body: unknown; bodyProblem?: ApiError };
}

export type Api = Hono<Env>;
export type Ctx = Context<Env>;

/** Kinds of addresses of live logs. */
export type LiveLogs = "http" | "websocket";

/** Everything a route needs from the emulator. The store is fetched on each use, because a reset replaces it. */
export interface Deps {
  store(): Store;
  /** Base URL without a trailing slash. */
  url(): string;
  /** Which protocol addresses of live logs start with; both kinds open the same log. */
  readonly liveLogs: LiveLogs;
  /** Scopes of every token. */
  readonly scopes: Scopes;
  readonly tickets: { readonly logs: Tickets<LogTicket>; readonly consoles: Tickets<ConsoleTicket> };
}

/** The request's body. @throws {@link ApiError} 400 unless it is a JSON object */
export function objectBody(c: Ctx): Record<string, unknown> {
  const body = c.get("body");
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw badRequest("the body must be a JSON object");
  return body as Record<string, unknown>;
}

/** Like {@link objectBody}, but an empty object when there is no body, or `null`, which some clients send instead. */
export const optionalBody = (c: Ctx): Record<string, unknown> => (c.get("body") == null ? {} : objectBody(c));

/** A string in the body; undefined when it is missing or empty. @throws {@link ApiError} 400 */
export function optionalText(body: Record<string, unknown>, name: string): string | undefined {
  const { [name]: value = "" } = body;
  if (typeof value !== "string") throw badRequest(`${name} must be a string`);
  return value === "" ? undefined : value;
}

/** A boolean in the body; false when it is missing. @throws {@link ApiError} 400 */
export function optionalFlag(body: Record<string, unknown>, name: string): boolean {
  const { [name]: value = false } = body;
  if (typeof value !== "boolean") throw badRequest(`${name} must be true or false`);
  return value;
}

/** The request's address as links should show it. */
export const addressOf = (c: Ctx, deps: Deps): string => {
  const { pathname, search } = new URL(c.req.url);
  return `${deps.url()}${pathname}${search}`;
};

/** A path parameter, which the route's pattern guarantees. */
export const param = (c: Ctx, name: string): string => c.req.param(name) ?? "";
