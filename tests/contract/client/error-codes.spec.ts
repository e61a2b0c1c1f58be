import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Client, type ClientOptions } from "../../../provider/api/client";
import { Limiter } from "../../../provider/net/limiter";
import { refusePlugAndPlay } from "../../../provider/dynamic/plug-and-play";
import { ERROR_CODES } from "../../../provider/error-codes";
import { AppPlatformError, type ErrorCode } from "../../../provider/errors";
import { cancelOnce, theDeployment } from "../../../provider/functions/cancel";
import { loadSpec } from "../../../provider/load-spec";
import type { AppInputs } from "../../../provider/resources/app/state";
import { changed, eachInItsWorld, inputs, SHOP, TOKEN } from "../../helpers/world/provider-world";

describe("error codes", () => {
  const world = eachInItsWorld();
  const client = (more: Partial<ClientOptions> = {}): Client =>
    new Client({
      token: TOKEN,
      baseUrl: world.emulator.url,
      limiter: new Limiter(),
      retry: { attempts: 0, rateLimitMs: -1 },
      ...more,
    });
  const answered = (status: number): Promise<unknown> => {
    world.emulator.faults.add({ fault: { status, body: { id: "some_id", message: "some words" } } });
    return client().getApp(randomUUID());
  };
  const withEnv = (env: Record<string, string>): Promise<unknown> =>
    world.run({ env: { ...world.deps().env, ...env } }).create(inputs());

  /** For each code, a user action that triggers it. */
  const provoke: Record<ErrorCode, () => Promise<unknown>> = {
    unauthorized: () => withEnv({ DIGITALOCEAN_TOKEN: "dop_v1_0000" }),
    forbidden: () => answered(403),
    "not-found": () => client().getApp(randomUUID()),
    conflict: async () => {
      await client().createApp({ spec: SHOP });
      await client().createApp({ spec: SHOP });
    },
    "bad-request": () => client().getApp("no-uuid"),
    "invalid-spec": () => answered(422),
    "rate-limited": () => answered(429),
    "quota-exceeded": () => {
      const body = { id: "too_many", message: "App count of 11 exceeds limit of 10" };
      world.emulator.faults.add({ fault: { status: 429, body } });
      return client().getApp(randomUUID());
    },
    "service-error": () => answered(500),
    "unexpected-status": () => answered(418),
    "unreadable-answer": async () => {
      world.emulator.faults.add({ fault: "wrong-types" });
      await client().createApp({ spec: SHOP });
    },
    network: async () => {
      world.emulator.faults.add({ fault: "reset-before" });
      await client().createApp({ spec: SHOP });
    },
    timeout: async () => {
      world.emulator.faults.add({ fault: "timeout" });
      await client({ timeoutMs: 50 }).createApp({ spec: SHOP });
    },
    aborted: () => client().getApp(randomUUID(), { signal: AbortSignal.abort() }),
    "missing-token": () => withEnv({ DIGITALOCEAN_TOKEN: " " }),
    "bad-address": () => withEnv({ DIGITALOCEAN_API_URL: "http://example.com" }),
    "invalid-input": async () => client().deleteApp(".."),
    "unreadable-file": async () => loadSpec("no/such/app.yaml"),
    "unsupported-installation": async () => refusePlugAndPlay({ pnp: "3" }),
    "app-exists": async () => {
      await world.create();
      await world.create();
    },
    "app-pinned": async () => {
      const made = await world.create();
      await fetch(`${world.emulator.url}/v2/apps/${made.id}/rollback`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify({ deployment_id: made.outs.activeDeploymentId }),
      });
      await world.update(made, inputs(changed((spec) => (spec.region = "fra"))));
    },
    "alerts-not-set": async () => {
      const spec = changed((one) => (one.alerts = [{ rule: "DEPLOYMENT_FAILED" }]));
      const alertDestinations = { DEPLOYMENT_FAILED: { emails: ["on-call@example.com"] } };
      const fault = { status: 403, body: { id: "forbidden", message: "scope missing" } };
      world.emulator.faults.add({ method: "POST", path: /\/destinations$/, fault });
      await world.create(inputs(spec, { alertDestinations } as Partial<AppInputs>));
    },
    "app-gone": async () => {
      const made = await world.create();
      world.emulator.reset();
      await world.update(made, inputs(changed((spec) => (spec.region = "fra"))));
    },
    "already-ended": async () => {
      const { id, outs } = await world.create();
      await cancelOnce(theDeployment(client(), id, outs.activeDeploymentId ?? ""), "");
    },
    "deployment-failed": async () => {
      world.emulator.failNext({ component: "web" });
      await world.create();
    },
    "update-not-seen": async () => {
      const made = await world.create();
      world.emulator.faults.add({ fault: { lagMs: 3_600_000 }, times: Infinity });
      await world.update(made, inputs(changed((spec) => (spec.services![0]!.envs![1]!.value = "rotated"))));
    },
    "no-deployment": () => {
      world.emulator.faults.add({ fault: "without-deployment", times: Infinity });
      return world.create();
    },
    "wait-timeout": () => world.create(inputs(SHOP, { timeouts: { create: "2s" } })),
    interrupted: () => {
      world.clock.onSleep = () => world.stop.abort();
      return world.create();
    },
    "backup-failed": async () => {
      const { id, outs } = await world.create(inputs(SHOP, { backup: { directory: "/dev/null/x" } }));
      await world.run().delete(id, outs);
    },
  };

  it("have a test for each, and an explanation for the docs: a cause and a remedy, whole sentences", () => {
    assert.deepEqual(Object.keys(provoke).sort(), Object.keys(ERROR_CODES).sort());
    for (const [code, { cause, remedy }] of Object.entries(ERROR_CODES))
      for (const text of [cause, remedy]) assert.match(text, /^[A-Z`].{15,}\.$/, code);
  });

  for (const [code, meet] of Object.entries(provoke)) {
    it(`${code}: can be triggered, with a message that explains more than the code`, async () => {
      const error = await world.failure(meet());
      assert.ok(error instanceof AppPlatformError, String(error));
      assert.equal(error.errorCode, code);
      assert.ok(error.message.length > 20 && error.message.includes(" "), error.message);
      assert.equal(error.__pulumiRunError, true);
    });
  }
});
