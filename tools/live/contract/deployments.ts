import assert from "node:assert/strict";
import { collect } from "../../../provider/api/pages";
import { isApiError } from "../../../provider/errors";
import { refused, type Bench, type Check } from "./bench";

const VARIABLE = { key: "GREETING", value: "hello", scope: "BUILD_TIME" } as const;

const first = ({ deployments }: Bench): string =>
  deployments[0] ?? assert.fail("there is no deployment: see the check that creates the app");

/** Deployments, rollbacks, and everything that is refused about them. */
export const DEPLOYMENT_CHECKS: readonly Check[] = [
  {
    name: "updates the app, with a deployment of its own",
    async run(bench) {
      const updated = await bench.client.updateApp(bench.id, { spec: bench.spec({ envs: [VARIABLE] }) });
      assert.equal(updated.id, bench.id);
      assert.ok(!bench.deployments.includes(updated.pending_deployment?.id ?? ""));
      assert.equal((await bench.deployed(updated.pending_deployment)).phase, "ACTIVE");
      assert.equal((await bench.client.getApp(bench.id)).spec.envs?.[0]?.value, VARIABLE.value);
    },
  },
  {
    name: "restarts containers",
    async run(bench) {
      const restarted = await bench.client.restartApp(bench.id, { components: ["web"] });
      if (restarted === undefined) return "names no deployment";
      const { phase } = await bench.deployed(restarted);
      assert.equal(phase, "ACTIVE");
      await bench.idle();
      return "names a deployment";
    },
  },
  {
    name: "starts a deployment on demand, and cancels it",
    async run(bench) {
      const started = await bench.client.createDeployment(bench.id, { force_build: true });
      const { id } = started ?? assert.fail("the response names no deployment");
      assert.equal((await bench.client.cancelDeployment(bench.id, id)).id, id);
      assert.equal((await bench.deployed(started)).phase, "CANCELED");
      await bench.idle();
    },
  },
  {
    name: "does not cancel a finished deployment",
    async run(bench) {
      const { client, id } = bench;
      const before = await client.getDeployment(id, first(bench));
      const answer = await client.cancelDeployment(id, first(bench)).then(
        () => "accepted",
        (error: unknown) => {
          if (isApiError(error, "bad-request", "conflict", "not-found")) return error.message;
          throw error;
        },
      );
      assert.equal((await client.getDeployment(id, first(bench))).phase, before.phase);
      return answer;
    },
  },
  {
    name: "rejects an unknown deployment, in every request for one",
    async run({ client, id, unknown }) {
      const calls = [
        client.getDeployment(id, unknown),
        client.cancelDeployment(id, unknown),
        client.getLogUrls(id, { type: "BUILD", deploymentId: unknown }),
      ];
      const answers = await Promise.all(calls.map((call) => refused(call, "not-found", "bad-request")));
      return [...new Set(answers)].join(", ");
    },
  },
  {
    name: "lists each deployment exactly once, the newest first, with pages of any size",
    async run({ client, id, deployments }) {
      const list = async (perPage: number): Promise<string[]> =>
        (await collect(client.listDeployments(id, { perPage }))).map((one) => one.id);
      const all = await list(200);
      assert.deepEqual(await list(2), all);
      assert.equal(new Set(all).size, all.length);
      const known = all.filter((one) => deployments.includes(one));
      assert.deepEqual(known, deployments.toReversed());
    },
  },
  {
    name: "rejects a rollback to a deployment that never was active",
    async run(bench) {
      const deployments = await collect(bench.client.listDeployments(bench.id));
      const { id } = deployments.find(({ phase }) => phase === "CANCELED") ?? assert.fail("none is canceled");
      const validation = await bench.client.validateRollback(bench.id, { deployment_id: id }).catch(String);
      if (typeof validation === "string") return validation;
      assert.equal(validation.valid, false);
      return validation.error?.code ?? "no code";
    },
  },
  {
    name: "rejects a commit and a revert without a rollback",
    async run({ client, id }) {
      const codes = ["bad-request", "conflict", "not-found"] as const;
      const answers = [
        await refused(client.commitRollback(id), ...codes),
        await refused(client.revertRollback(id), ...codes),
      ];
      return [...new Set(answers)].join(", ");
    },
  },
  {
    name: "rolls back to an earlier deployment, and commits the rollback",
    async run(bench) {
      const { client, id } = bench;
      const earlier = { deployment_id: first(bench) };
      const { valid, error } = await client.validateRollback(id, earlier);
      assert.equal(valid, true, JSON.stringify(error));
      const made = await client.createRollback(id, earlier);
      const pinned = (await client.getApp(id)).pinned_deployment;
      assert.equal((await bench.deployed(made)).phase, "ACTIVE");
      await client.commitRollback(id);
      const app = await bench.idle();
      assert.equal(app.pinned_deployment ?? undefined, undefined);
      assert.deepEqual(app.spec.envs ?? [], []);
      return `pinned to ${pinned == null ? "nothing" : pinned.id === made?.id ? "the new deployment" : "another one"}`;
    },
  },
  {
    name: "reverts a rollback with a deployment of the spec before it",
    async run(bench) {
      const { client, id } = bench;
      const spec = bench.spec({ envs: [VARIABLE] });
      await bench.deployed((await client.updateApp(id, { spec })).pending_deployment);
      await bench.idle();
      await bench.deployed(await client.createRollback(id, { deployment_id: first(bench) }));
      assert.equal((await bench.deployed(await client.revertRollback(id))).phase, "ACTIVE");
      const app = await bench.idle();
      assert.equal(app.pinned_deployment ?? undefined, undefined);
      assert.equal(app.spec.envs?.[0]?.value, VARIABLE.value);
    },
  },
];
