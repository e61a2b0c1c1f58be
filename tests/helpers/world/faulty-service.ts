import assert from "node:assert/strict";
import { Client, type ClientOptions } from "../../../provider/api/client";
import { Limiter } from "../../../provider/net/limiter";
import type { RetryPolicy } from "../../../provider/net/retry";
import { ApiError } from "../../../provider/errors";
import { type ScriptedServer, json, scriptedServer } from "./scripted-server";

export const TOKEN = "dop-secret-token-4711";
export const APP = { id: "app-1", spec: { name: "shop" } };
export const good = json(200, { app: APP });

/** Fast enough to try everything, in the real order. */
export const FAST: Partial<RetryPolicy> = {
  baseMs: 1,
  capMs: 2,
  attempts: 2,
  limitMs: 5000,
  rateLimitMs: 5000,
};
/** No second try. */
export const ONCE: Partial<RetryPolicy> = { attempts: 0, rateLimitMs: -1 };

export interface FaultyService {
  readonly server: ScriptedServer;
  /** A client of that server, with retries that take no time. */
  client(more?: Partial<ClientOptions>): Client;
}

/** Starts a scripted server for the tests of the `describe` that it is called in. */
export function faultyService(): FaultyService {
  let server: ScriptedServer;
  before(async () => {
    server = await scriptedServer();
  });
  after(() => server.close());
  beforeEach(() => server.received.splice(0));
  return {
    get server() {
      return server;
    },
    client: (more = {}) =>
      new Client({
        token: TOKEN,
        baseUrl: server.url,
        retry: FAST,
        limiter: new Limiter({ perMinute: 100_000 }),
        ...more,
      }),
  };
}

/** The error of a call, which must never contain the token. */
export async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => assert.fail("the call succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiError, String(error));
  const shown = `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
  assert.ok(!shown.includes(TOKEN), shown);
  return error;
}
