import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { StoredApp } from "../../../emulator/index";
import { loadSpec } from "../../../provider/load-spec";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import type { AppOutputs } from "../../../provider/resources/app/state";
import {
  assertClean,
  changed,
  eachInItsWorld,
  inputs,
  OPEN,
  PROVIDER,
  SECRET,
  SHOP,
  type DynamicApp,
} from "../../helpers/world/provider-world";
import { temporaryFolder } from "../../helpers/temporary-folder";

const CREATED = ["POST /v2/apps"];
const greeting = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"));

describe("AppProvider: create", () => {
  const world = eachInItsWorld();
  const duringTheWait = (what: (app: StoredApp) => void): void => {
    world.clock.onSleep = () => world.emulator.apps().forEach(what);
  };

  it("creates one app, waits for its deployment and returns all outputs", async () => {
    const { id, outs } = await world.create();
    assert.deepEqual(world.writes, CREATED);
    const [app] = world.emulator.apps();
    assert.equal(id, app?.id);
    assert.equal(outs.phase, "ACTIVE");
    assert.deepEqual(outs.__deployment, { id: app?.deployments[0]?.id, phase: "ACTIVE" });
    assert.equal(outs.activeDeploymentId, app?.deployments[0]?.id);
    assert.match(outs.liveUrl, /^https:\/\/shop-.*ondigitalocean\.app$/);
    assert.equal(outs.liveUrl, outs.defaultIngress);
    assert.equal(outs.liveDomain, outs.liveUrl.slice("https://".length));
    assert.deepEqual([outs.region, outs.tier, outs.project], ["ams", "basic", app?.projectId]);
    assert.ok(Date.parse(outs.createdAt) <= Date.parse(outs.updatedAt));
    assert.deepEqual(outs.spec, listsToMaps(SHOP));
    assert.equal(outs.__provider, PROVIDER);
    assertClean(outs);
  });

  it("sends the secret in clear text once and returns its ciphertext only under a hidden key", async () => {
    const { outs } = await world.create();
    const [sent] = world.emulator.calls.filter(({ method }) => method === "POST");
    assert.ok(JSON.stringify(sent?.body).includes(SECRET));
    const { __liveSpec, ...rest } = outs;
    assert.ok(JSON.stringify(__liveSpec).includes("EV["));
    assert.ok(!JSON.stringify(__liveSpec).includes(SECRET));
    assert.ok(!JSON.stringify(rest).includes("EV["));
  });

  it("reports phases and steps on the resource's row while waiting, without repeating a line", async () => {
    await world.create();
    const passing = world.lines.filter(({ ephemeral }) => ephemeral).map(({ message }) => message);
    assert.equal(passing[0], "creating");
    assert.ok(
      passing.some((line) => /^building \d+\/\d+: web, site$/.test(line)),
      passing.join("\n"),
    );
    assert.equal(passing.at(-1)?.startsWith("active"), true);
    passing.forEach((line, index) => assert.notEqual(line, passing[index + 1]));
    assert.ok(world.lines.every(({ urn }) => urn === inputs().__urn));
  });

  it("assigns the app to the configured project", async () => {
    const { outs } = await world.create();
    assert.equal(outs.project, world.emulator.apps()[0]?.projectId);
    const other = changed((spec) => (spec.name = "other"));
    const made = await world.create(inputs(other, { projectId: outs.project }));
    assert.equal(made.outs.projectId, outs.project);
    const [, second] = world.emulator.calls.filter(({ method }) => method === "POST");
    assert.equal((second?.body as { project_id?: string }).project_id, outs.project);
  });

  it("does not wait with wait: false, and reports the current phase", async () => {
    const { id, outs } = await world.create(inputs(SHOP, { wait: false }));
    assert.equal(outs.phase, "PENDING_BUILD");
    assert.deepEqual(
      world.clock.sleeps.filter((ms) => ms >= 1_000),
      [],
    );
    assert.equal(outs.liveUrl, "");
    assertClean(outs);
    assert.equal(world.emulator.apps()[0]?.id, id);
  });

  it("keeps an app whose build failed in the state, with component, step, reason and log tail", async () => {
    const log = Array.from({ length: 40 }, (_, index) => `line ${index + 1} of the build`);
    world.emulator.failNext({ component: "web", step: "build", log });
    const error = await world.initFailure(world.create());
    assert.equal(error.errorCode, "deployment-failed");
    assert.equal(error.id, world.emulator.apps()[0]?.id);
    const reasons = error.reasons.join("\n");
    assert.match(reasons, /^web: build failed: BuildJobExitNonZero – Your build failed/);
    assert.match(reasons, /Last 15 log lines:/);
    assert.match(reasons, /line 40 of the build/);
    assert.doesNotMatch(reasons, /line 10 of the build/);
    assert.match(reasons, /nothing is running.* pulumi up .*$/);
    const { outs } = error.made;
    assert.deepEqual(outs.__deployment, { id: world.emulator.apps()[0]?.deployments[0]?.id, phase: "ERROR" });
    assert.deepEqual([outs.phase, outs.__provider, outs.liveUrl], ["ERROR", PROVIDER, ""]);
    assert.deepEqual(outs.spec, listsToMaps(SHOP));
    assertClean(outs);
  });

  it("explains a failed deploy with the log of its container", async () => {
    world.emulator.failNext({ component: "web", step: "wait", log: ["cannot open port 80"] });
    const error = await world.initFailure(world.create());
    assert.match(error.reasons.join("\n"), /^web: deploy failed at step wait: [\s\S]*cannot open port 80/);
  });

  it("keeps an app in the state when waiting times out, with the deployment to wait for", async () => {
    const error = await world.initFailure(world.create(inputs(SHOP, { timeouts: { create: "3s" } })));
    assert.equal(error.errorCode, "wait-timeout");
    assert.match(error.reasons.join(), /did not finish within 3 s/);
    assert.equal(error.made.outs.__deployment?.id, world.emulator.apps()[0]?.deployments[0]?.id);
    assertClean(error.properties);
  });

  it("keeps an app in the state when the user stops the run, and writes nothing more", async () => {
    duringTheWait(() => world.stop.abort());
    const error = await world.initFailure(world.create());
    assert.equal(error.errorCode, "interrupted");
    assert.equal(error.made.outs.__deployment?.id, world.emulator.apps()[0]?.deployments[0]?.id);
    assert.deepEqual(world.writes, CREATED);
  });

  it("rejects a taken name, with the app's ID and the line that adopts it", async () => {
    const { id } = await world.create();
    const error = await world.failure(world.create());
    assert.equal(error.errorCode, "app-exists");
    assert.ok(error.message.includes(`id ${id}`) && error.message.includes(`adopt: "${id}"`), error.message);
    assert.equal(world.emulator.apps().length, 1);
    assert.doesNotMatch(error.stack ?? "", /\n\s+at /);
  });

  it("follows the deployment that superseded its own", async () => {
    let edited = false;
    duringTheWait(() => {
      if (!edited) world.emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 3));
      edited = true;
    });
    const { outs } = await world.create();
    assert.equal(outs.__deployment?.id, world.emulator.apps()[0]?.deployments[1]?.id);
    assert.ok(world.messages("info").some((line) => line.startsWith("Superseded by deployment")));
  });

  it("reports a deployment that was canceled and not superseded", async () => {
    duringTheWait((app) => void (app.deployments[0]!.canceledAt ??= world.clock.now()));
    const error = await world.initFailure(world.create());
    assert.match(error.reasons.join(), /was canceled at the service/);
    assert.equal(error.made.outs.phase, "CANCELED");
  });
});

describe("AppProvider: adopt", () => {
  const world = eachInItsWorld();

  it("adopts an app by ID or name, without a write when it matches the program", async () => {
    const { id } = await world.create(inputs(OPEN));
    for (const adopt of [id, true]) {
      world.emulator.clearCalls();
      const made = await world.create(inputs(OPEN, { adopt }));
      assert.equal(made.id, id);
      assert.deepEqual(world.writes, []);
      assert.equal(made.outs.phase, "ACTIVE");
      assert.equal(made.outs.__deployment?.id, made.outs.activeDeploymentId);
      assert.deepEqual(made.outs.__liveSpec, listsToMaps(world.emulator.apps()[0]?.spec));
      assertClean(made.outs);
    }
    assert.ok(world.messages("info").some((line) => line.includes(`Adopting the app shop (id ${id})`)));
  });

  it("updates the adopted app in one deployment when the program differs", async () => {
    const { id } = await world.create(inputs(OPEN));
    world.emulator.clearCalls();
    const made = await world.create(inputs(greeting, { adopt: id }));
    assert.equal(made.id, id);
    assert.deepEqual(world.writes, ["PUT /v2/apps/…"]);
    assert.equal(world.emulator.apps()[0]?.deployments.length, 2);
    assert.equal(world.emulator.apps()[0]?.spec.services?.[0]?.envs?.[0]?.value, "good evening");
  });

  it("moves the adopted app to the configured project", async () => {
    const { id, outs } = await world.create(inputs(OPEN));
    world.emulator.apps()[0]!.projectId = randomUUID();
    world.emulator.clearCalls();
    await world.create(inputs(OPEN, { adopt: id, projectId: outs.project }));
    assert.deepEqual(world.writes, ["POST /v2/projects/…/resources"]);
    assert.equal(world.emulator.apps()[0]?.projectId, outs.project);
  });

  it("creates the app when none has the name, and reports it", async () => {
    const { id } = await world.create(inputs(SHOP, { adopt: true }));
    assert.equal(world.emulator.apps()[0]?.id, id);
    assert.ok(world.messages("info").some((line) => line.includes("no app named shop to adopt")));
  });

  it("fails when the ID to adopt does not exist, and creates nothing", async () => {
    const error = await world.failure(world.create(inputs(SHOP, { adopt: randomUUID() })));
    assert.equal(error.errorCode, "invalid-input");
    assert.deepEqual(world.writes, []);
  });
});

describe("AppProvider: delete", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();
  const backup = (): { directory: string } => ({ directory: join(folder.path, "kept") });

  it("backs up the live spec, warns, deletes, and returns once the app is gone", async () => {
    const { id, outs } = await world.create(inputs(SHOP, { backup: backup() }));
    world.emulator.editApp(id, (spec) => void (spec.services![0]!.instance_count = 3));
    await world.run().delete(id, outs);
    assert.deepEqual(world.writes, [...CREATED, "DELETE /v2/apps/…"]);
    assert.deepEqual(world.emulator.apps(), []);
    const [name] = readdirSync(backup().directory);
    const path = join(backup().directory, name ?? "");
    const [warning, ...others] = world.messages("warning");
    assert.deepEqual(others, []);
    for (const part of [id, "shut down for good", path, "loadSpec(", "web.API_TOKEN"])
      assert.ok(warning?.includes(part), `${part} in ${warning}`);
    const spec = loadSpec(path, { secrets: { "web.API_TOKEN": SECRET } });
    assert.equal(spec.services?.[0]?.instance_count, 3);
    const again = await world.create(inputs(spec));
    assert.notEqual(again.id, id);
    assert.equal(again.outs.phase, "ACTIVE");
  });

  it("backs up into the program's folder by default", async () => {
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      const { id, outs } = await world.create();
      await world.run().delete(id, outs);
      assert.equal(readdirSync(join(folder.path, "app-spec-backups")).length, 1);
    } finally {
      process.chdir(before);
    }
  });

  it("does not delete an app that it cannot back up", async () => {
    const { id, outs } = await world.create(inputs(SHOP, { backup: { directory: "/dev/null/x" } }));
    const error = await world.failure(world.run().delete(id, outs));
    assert.equal(error.errorCode, "backup-failed");
    assert.deepEqual(world.writes, CREATED);
    assert.equal(world.emulator.apps().length, 1);
  });

  it("skips the backup with backup: false, and reports it", async () => {
    const { id, outs } = await world.create(inputs(SHOP, { backup: false }));
    await world.run().delete(id, outs);
    assert.deepEqual(world.emulator.apps(), []);
    assert.match(world.messages("warning").join(), /shut down for good.*not backed up/);
  });

  it("stops waiting for the deletion when the timeout expires", async () => {
    const settings = { backup: false, timeouts: { delete: "1s" } };
    const { id, outs } = await world.create(inputs(SHOP, settings));
    assert.equal((await world.failure(world.run().delete(id, outs))).errorCode, "wait-timeout");
    await world.run().delete(id, outs);
    assert.deepEqual(world.emulator.apps(), []);
  });

  it("is interrupted when the user stops it at any point, and the next run finds the app gone", async () => {
    const { id, outs } = await world.create(inputs(SHOP, { backup: false }));
    for (const shortest of [1_000, 0]) {
      world.stop = new AbortController();
      world.clock.onSleep = () => {
        if ((world.clock.sleeps.at(-1) ?? 0) >= shortest) world.stop.abort();
      };
      const error = await world.failure(world.run().delete(id, outs));
      assert.equal(error.errorCode, "interrupted");
      assert.match(error.message, /continues? at the service/);
    }
    const before = world.run();
    assert.equal((await world.failure(before.read(id, outs))).errorCode, "interrupted");
    world.stop = new AbortController();
    world.clock.onSleep = () => {};
    await world.run().delete(id, outs);
    assert.deepEqual(world.emulator.apps(), []);
  });
});

describe("AppProvider: dependencies", () => {
  const world = eachInItsWorld();

  it("takes the token from the stack's config when the environment has none", async () => {
    const { id, outs } = await world.create();
    const { DIGITALOCEAN_TOKEN: token, ...env } = world.deps().env as Record<string, string>;
    const provider = world.run({ env });
    assert.equal((await world.failure(provider.read(id, outs))).errorCode, "missing-token");
    const asked: string[] = [];
    const get = (key: string): string | undefined => (
      asked.push(key),
      key === "app-platform:token" ? token : undefined
    );
    await provider.configure({ config: { get } });
    assert.equal((await provider.read(id, outs)).id, id);
    assert.deepEqual([...new Set(asked)], ["app-platform:token"]);
  });

  it("writes nothing after its engine was killed, and reports that it was stopped", async () => {
    const { id, outs } = await world.create(inputs(SHOP, { backup: false }));
    const engine = world.deps().engine ?? assert.fail("no engine");
    const isThere = async (): Promise<boolean> => (world.stop.abort(), false);
    for (const work of [
      (provider: DynamicApp) => provider.create(inputs({ ...SHOP, name: "other" })),
      (provider: DynamicApp) => provider.update(id, outs, inputs(greeting)),
      (provider: DynamicApp) => provider.delete(id, outs),
    ]) {
      world.stop = new AbortController();
      const killed = world.run({ engine: { ...engine, isThere, stopped: world.stop.signal } });
      assert.equal((await world.failure(work(killed))).errorCode, "interrupted");
    }
    assert.deepEqual(world.writes, CREATED);
    assert.equal(world.app.id, id);
  });

  it("works without an engine, in plain lines", async () => {
    const written: string[] = [];
    const original = process.stderr.write;
    process.stderr.write = ((text: string) => written.push(text) > 0) as typeof process.stderr.write;
    let outs: AppOutputs;
    try {
      ({ outs } = await world.run({ engine: undefined }).create(inputs()));
    } finally {
      process.stderr.write = original;
    }
    assert.equal(outs.phase, "ACTIVE");
    assert.equal(written[0], "creating\n");
    assert.ok(written.some((line) => line.startsWith("building ")));
  });
});
