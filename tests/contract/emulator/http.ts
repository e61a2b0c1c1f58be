import assert from "node:assert/strict";
import {
  createEmulator,
  steppedClock,
  type Emulator,
  type EmulatorOptions,
  type SteppedClock,
} from "../../../emulator/index";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

export interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

/** An emulator on a clock that only the test advances, and a bare HTTP client. */
export interface Bench {
  emulator: Emulator;
  clock: SteppedClock;
  call(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  /** Like call, and asserts status 200. */
  ok(method: string, path: string, body?: unknown): Promise<any>;
}

export async function bench(options: EmulatorOptions = {}): Promise<Bench> {
  const clock = steppedClock();
  const emulator = await createEmulator({ clock, deploySeconds: 100, rateLimit: false, ...options });
  const call: Bench["call"] = async (method, path, body, token = "secret-token") => {
    const response = await fetch(path.startsWith("http") ? path : emulator.url + path, {
      method,
      headers: token === "" ? {} : { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  };
  return {
    emulator,
    clock,
    call,
    async ok(method, path, body) {
      const answer = await call(method, path, body);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return answer.body;
    },
  };
}

export const webSpec = (name = "demo", more: Record<string, unknown> = {}): any => ({
  name,
  services: [{ name: "web", github: { repo: "acme/web", branch: "main" }, ...more }],
});

/** Milliseconds in which a deployment of the bench finishes. */
export const WHOLE = 100_000;
