import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import * as product from "../../../provider/index";
import { DeploymentProvider } from "../../../provider/resources/deployment/provider";
import type { DeploymentInputs, DeploymentOutputs } from "../../../provider/resources/deployment/state";
import { RollbackProvider, type RollbackState } from "../../../provider/resources/rollback/provider";
import { operations } from "./facts";
import { BUSY, comes } from "../../helpers/world/busy-app";
import { functionOf, LOOKUP_CALLS, type Subject } from "../../helpers/world/lookups";
import { eachInItsWorld, inputs, TOKEN, type Made } from "../../helpers/world/provider-world";
import { serviceEnv } from "../../helpers/service-env";
import type { AppSpec } from "../../../provider/appspec/types";

const PAGE = join(__dirname, "..", "..", "..", "docs", "endpoints.md");
const COMMANDS = ["logs", "deployments", "cancel", "validate", "import"];

/** A row of the page: the operation, what uses it, and the tests that cover it. */
interface Row {
  readonly operation: string;
  readonly uses: readonly string[];
  readonly tests: readonly string[];
}

/** Texts in backticks, without the parentheses that follow them. */
const quoted = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text.replace(/\(.*\)$/, ""));

const rows: Row[] = readFileSync(PAGE, "utf8")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter(([, method = ""]) => /^(GET|POST|PUT|DELETE)$/.test(method))
  .map(([, method, path = "", uses = "", tests = ""]) => ({
    operation: `${method} ${path.replaceAll("`", "")}`,
    uses: quoted(uses),
    tests: [...tests.matchAll(/\]\(([^)]+)\)/g)].map(([, to = ""]) => to),
  }));

const isPublic = (use: string): boolean =>
  use.startsWith("app-platform ")
    ? COMMANDS.includes(use.split(" ")[1] ?? "")
    : use.split(".").reduce((at: unknown, name) => at && (at as Record<string, unknown>)[name], product) !==
      undefined;

describe("docs/endpoints.md", () => {
  it("has exactly one row for every operation in the service's description", () => {
    const ofApps = rows.map(({ operation }) => operation).filter((one) => one.includes("/v2/apps"));
    assert.deepEqual([...ofApps].sort(), operations.map(({ title }) => title).sort());
  });

  for (const { operation, uses, tests } of rows) {
    it(`lists only public uses of ${operation}, and existing tests that mention them`, () => {
      assert.ok(uses.length > 0 && tests.length > 0);
      for (const use of uses) assert.ok(isPublic(use), `${use} is not public`);
      for (const test of tests) {
        const file = join(dirname(PAGE), test);
        assert.ok(existsSync(file), `${test} is not there`);
        const text = readFileSync(file, "utf8");
        const words = uses.map((use) => use.split(/[ .]/).at(-1) ?? use);
        assert.ok(
          words.some((word) => new RegExp(`\\b${word}`, "i").test(text)),
          `${test}: none of ${words}`,
        );
      }
    });
  }
});

const NEWER: AppSpec = { ...BUSY, envs: [{ key: "GREETING", value: "hello" }] };

describe("every operation in the service's description is reached through the uses in docs/endpoints.md", () => {
  const world = eachInItsWorld();
  let app: Made;
  beforeEach(async () => {
    app = await world.create(inputs(BUSY, { backup: false }));
  });
  serviceEnv(() => world.emulator.url, TOKEN);

  const active = (): string => world.emulator.apps()[0]?.deployments.at(-1)?.id ?? assert.fail();
  const run = () =>
    comes(world.clock, async () => {
      const all = await product.getJobInvocations(app.id);
      return all.find(({ phase }) => phase === "RUNNING")?.id;
    });
  const scaling = () =>
    comes(world.clock, async () => {
      const all = await product.getEvents(app.id, { types: ["AUTOSCALING"] });
      return all.find(({ autoscaling }) => autoscaling?.phase === "IN_PROGRESS")?.id;
    });
  const runs = async (
    work: (deployments: DynamicProvider<DeploymentInputs, DeploymentOutputs>) => Promise<unknown>,
  ): Promise<unknown> => work(new DynamicProvider(new DeploymentProvider(world.deps())));
  /** A rollback, then a change of its state. */
  const rolledBack = async (state?: RollbackState): Promise<unknown> => {
    await world.update(app, inputs(NEWER));
    const provider = new DynamicProvider(new RollbackProvider(world.deps()));
    const wanted = { appId: app.id, __urn: "urn", __provider: "text" };
    const { id, outs } = await provider.create(wanted);
    return state && provider.update(id, outs, { ...wanted, state });
  };

  const subject = (): Subject => ({
    appId: app.id,
    deploymentId: active,
    eventId: scaling,
    jobInvocationId: run,
  });
  const calls = Object.entries(LOOKUP_CALLS);
  /** Runs a look-up with all its arguments in turn, and checks what it finds. */
  const lookUp = async (use: string): Promise<void> => {
    const work = product[use as keyof typeof product] as (...args: unknown[]) => Promise<unknown>;
    for (const [name, { args, finds }] of calls) {
      if (functionOf({ name }) !== use) continue;
      const result = await work(...(await args(subject())));
      assert.ok(await finds(result, subject()), `${name}: ${JSON.stringify(result)}`);
    }
  };
  /** The look-ups that the row lists. */
  const lookUps = (title: string): Record<string, () => Promise<unknown>> => {
    const uses = rows.find(({ operation }) => operation === title)?.uses ?? [];
    const listed = uses.filter((use) => calls.some(([name]) => functionOf({ name }) === use));
    return Object.fromEntries(listed.map((use) => [use, () => lookUp(use)]));
  };

  /** By operation: what calls it and how, with several entries where there is more than one. @default its look-ups */
  const ways: Record<string, Record<string, () => Promise<unknown>>> = {
    "POST /v2/apps": { App: () => world.create(inputs({ ...BUSY, name: "other" })) },
    "DELETE /v2/apps/{id}": { App: () => world.run().delete(app.id, app.outs) },
    "PUT /v2/apps/{id}": { App: () => world.update(app, inputs(NEWER)) },
    "POST /v2/apps/{app_id}/restart": { restartApp: () => product.restartApp(app.id) },
    "GET /v2/apps/{app_id}/components/{component_name}/logs": {
      getLogUrls: () => product.getLogUrls({ appId: app.id, component: "web" }),
    },
    "POST /v2/apps/{app_id}/deployments": {
      App: () => world.update(app, inputs(BUSY, { redeployOn: { commit: "b" } })),
      Deployment: () =>
        runs((it) => it.create({ appId: app.id, triggers: {}, __urn: "urn", __provider: "text" })),
    },
    "POST /v2/apps/{app_id}/deployments/{deployment_id}/cancel": {
      cancelDeployment: async () => {
        const { id } = await product.restartApp(app.id);
        return product.cancelDeployment(app.id, id);
      },
      Deployment: () =>
        runs(async (it) => {
          const news = { appId: app.id, triggers: {}, wait: false, __urn: "urn", __provider: "text" };
          const { id, outs } = await it.create(news);
          await it.delete(id, outs);
        }),
    },
    "GET /v2/apps/{app_id}/deployments/{deployment_id}/components/{component_name}/logs": {
      getLogs: async () => product.getLogs({ appId: app.id, component: "web", type: "DEPLOY" }),
    },
    "GET /v2/apps/{app_id}/deployments/{deployment_id}/logs": {
      getLogs: async () => product.getLogs({ appId: app.id, type: "DEPLOY" }),
      getLogsText: () => product.getLogsText({ appId: app.id, type: "DEPLOY" }),
    },
    "GET /v2/apps/{app_id}/logs": { getLogUrls: () => product.getLogUrls({ appId: app.id }) },
    "POST /v2/apps/{app_id}/job-invocations/{job_invocation_id}/cancel": {
      cancelJobInvocation: async () => product.cancelJobInvocation(app.id, await run()),
    },
    "GET /v2/apps/{app_id}/jobs/{job_name}/invocations/{job_invocation_id}/logs": {
      getLogs: async () => product.getLogs({ appId: app.id, invocationId: await run() }),
    },
    "POST /v2/apps/{app_id}/events/{event_id}/cancel": {
      cancelEvent: async () => product.cancelEvent(app.id, await scaling()),
    },
    "GET /v2/apps/{app_id}/events/{event_id}/logs": {
      getLogs: async () => product.getLogs({ appId: app.id, eventId: await scaling() }),
    },
    "POST /v2/apps/propose": {
      App: () => world.run().check({}, { ...inputs({ ...BUSY, name: "other" }), __preview: true }),
      getProposal: () => lookUp("getProposal"),
    },
    "POST /v2/apps/{app_id}/alerts/{alert_id}/destinations": {
      App: () =>
        world.update(
          app,
          inputs(BUSY, { alertDestinations: { DEPLOYMENT_FAILED: { emails: ["ops@example.com"] } } }),
        ),
    },
    "POST /v2/apps/{app_id}/rollback": { Rollback: () => rolledBack() },
    "POST /v2/apps/{app_id}/rollback/validate": {
      Rollback: () => rolledBack(),
      validateRollback: () => lookUp("validateRollback"),
    },
    "POST /v2/apps/{app_id}/rollback/commit": { Rollback: () => rolledBack("committed") },
    "POST /v2/apps/{app_id}/rollback/revert": { Rollback: () => rolledBack("reverted") },
  };

  const wayTo = (title: string): Record<string, () => Promise<unknown>> => {
    const all = ways[title] ?? lookUps(title);
    return Object.keys(all).length > 0 ? all : { nothing: () => assert.fail("no way") };
  };

  for (const { title, method, path } of operations) {
    // Names in the path, such as regions, are not IDs.
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    for (const [name, way] of Object.entries(wayTo(title))) {
      it(`${title} by ${name}`, async () => {
        const row = rows.find(({ operation }) => operation === title);
        assert.ok(row?.uses.includes(name), `the row names ${row?.uses.join(", ")}`);
        world.emulator.clearCalls();
        await way();
        const asked = world.emulator.calls.filter(
          (call) => call.method === method && pattern.test(call.path),
        );
        assert.ok(asked.length > 0, world.emulator.calls.map((call) => call.path).join("\n"));
        assert.ok(asked.some(({ status = 0 }) => status < 300));
      });
    }
  }
});
