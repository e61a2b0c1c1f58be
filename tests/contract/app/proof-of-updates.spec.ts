import assert from "node:assert/strict";
import type { Fault } from "../../../emulator/index";
import type { AppSpec } from "../../../provider/appspec/types";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import {
  changed,
  eachInItsWorld,
  inputs,
  SECRET,
  SHOP,
  TOKEN,
  type Made,
} from "../../helpers/world/provider-world";

const rotated = changed((spec) => (spec.services![0]!.envs![1]!.value = "the-rotated-value"));
const withoutGreeting = changed((spec) => void spec.services![0]!.envs!.shift());
const withMode = changed((spec) => void spec.services![0]!.envs!.push({ key: "MODE", value: "fast" }));
const withoutSite = changed((spec) => void delete spec.static_sites);
const ROTATED = "the-rotated-value";
const LAG: Fault = { lagMs: 3_600_000 };

describe("an update whose response is lost or outdated", () => {
  const world = eachInItsWorld();
  const puts = (): number => world.emulator.calls.filter(({ method }) => method === "PUT").length;
  const storedSecret = (): string | undefined => {
    const variable = world.app.spec.services?.[0]?.envs?.find(({ key }) => key === "API_TOKEN");
    return world.app.plain(String(variable?.value));
  };
  /** Someone else edits the app in the meantime, so that updated_at changes. */
  const touched = (): void => {
    world.emulator.faults.add({ method: "GET", fault: "moving-updated-at", times: Infinity });
  };

  const REMOVALS: Record<string, AppSpec> = {
    "a removed variable": withoutGreeting,
    "a removed component": withoutSite,
    "a rotated secret": rotated,
  };
  for (const [what, spec] of Object.entries(REMOVALS)) {
    it(`is sent again when ${what} was not applied, although the app has changed in the meantime`, async () => {
      const made = await world.create();
      touched();
      world.emulator.faults.add({ method: "PUT", fault: "reset-before" });
      await world.update(made, inputs(spec));
      assert.equal(puts(), 2);
      assert.equal(world.app.spec.services?.[0]?.envs?.length, spec.services?.[0]?.envs?.length);
      assert.equal(world.app.spec.static_sites?.length, spec.static_sites?.length);
      assert.equal(storedSecret(), spec.services?.[0]?.envs?.find(({ key }) => key === "API_TOKEN")?.value);
    });

    it(`is not sent again when ${what} was applied, even if updated_at does not change`, async () => {
      const made = await world.create();
      world.emulator.faults.add({ method: "GET", fault: "frozen-updated-at", times: Infinity });
      world.emulator.faults.add({ method: "PUT", fault: "reset-after" });
      await world.update(made, inputs(spec));
      assert.equal(puts(), 1);
      assert.equal(world.app.deployments.length, 2);
    });
  }

  it("is sent again by the next up when the only deployments found are unknown to the service", async () => {
    const made = await world.create();
    const foreign = { id: "11111111-2222-4333-8444-555555555555", phase: "BUILDING" };
    const path = /\/deployments$/;
    world.emulator.faults.add({ method: "PUT", fault: "discarded" });
    world.emulator.faults.add({
      path,
      method: "GET",
      fault: { status: 200, body: { deployments: [foreign] } },
      after: 1,
      times: 9,
    });
    const error = await world.failure(world.update(made, inputs(withMode)));
    world.emulator.faults.clear();
    world.emulator.clearCalls();
    const { properties } = error as unknown as { properties: Made["outs"] };
    await world.update({ id: made.id, outs: properties }, inputs(withMode));
    assert.equal(puts(), 1);
    assert.ok(world.app.spec.services?.[0]?.envs?.some(({ key }) => key === "MODE"));
  });

  it("is confirmed some seconds later when the response contains the previous ciphertext", async () => {
    const made = await world.create();
    world.emulator.faults.add({ method: "PUT", fault: LAG });
    const { outs } = await world.update(made, inputs(rotated));
    assert.equal(puts(), 1);
    assert.equal(storedSecret(), ROTATED);
    // The recorded ciphertext is that of the new value: it is sent back unchanged.
    world.emulator.clearCalls();
    await world.update({ id: made.id, outs }, inputs(changed((spec) => (spec.region = "fra"), rotated)));
    assert.doesNotMatch(JSON.stringify(world.emulator.calls.map(({ body }) => body)), /the-rotated-value/);
    assert.equal(storedSecret(), ROTATED);
  });

  it("fails when the service keeps returning the old ciphertext, and the next up sends the secret again", async () => {
    const made = await world.create();
    const repair = world.emulator.faults.add({ fault: LAG, times: Infinity });
    const error = await world.failure(world.update(made, inputs(rotated)));
    assert.equal(error.errorCode, "update-not-seen");
    assert.match(error.message, /services\.web\.envs\.API_TOKEN\.value/);
    repair();
    assert.deepEqual(await world.run().diff(made.id, made.outs, inputs(rotated)), {});
    await world.update(made, inputs(rotated));
    assert.equal(storedSecret(), ROTATED);
  });

  it("fails when the service keeps returning a removed variable, and the next up removes it", async () => {
    const made = await world.create();
    const repair = world.emulator.faults.add({ fault: LAG, times: Infinity });
    const error = await world.failure(world.update(made, inputs(withoutGreeting)));
    assert.equal(error.errorCode, "update-not-seen");
    assert.match(error.message, /services\.web\.envs\.GREETING still exists/);
    repair();
    await world.update(made, inputs(withoutGreeting));
    assert.doesNotMatch(JSON.stringify(world.app.spec), /GREETING/);
  });

  it("is reported when the service keeps returning the old value of a changed field", async () => {
    const made = await world.create();
    world.emulator.faults.add({ fault: LAG, times: Infinity });
    await world
      .update(made, inputs(changed((spec) => (spec.services![0]!.instance_count = 3))))
      .catch(() => {});
    assert.match(world.messages("warning").join("\n"), /spec from before.*pulumi refresh/);
  });

  it("is not taken from a response that has only part of the update", async () => {
    const made = await world.create();
    const spec = changed((one) => {
      one.region = "fra";
      one.services![0]!.instance_count = 3;
    });
    const { id, spec: before } = world.app;
    const body = { app: { id, spec: { ...before, region: "fra" }, updated_at: new Date().toISOString() } };
    world.emulator.faults.add({ method: "PUT", fault: { status: 200, body } });
    const failed = await world.initFailure(world.update(made, inputs(spec)));
    assert.match(
      world.messages("warning").join("\n"),
      /services\.web\.instance_count has its previous value/,
    );
    await world.update(failed.made, inputs(spec));
    assert.equal(world.app.spec.services?.[0]?.instance_count, 3);
  });

  for (const [what, spec] of Object.entries({
    ...REMOVALS,
    "a changed field": changed((one) => (one.region = "fra")),
  })) {
    it(`is sent again by the next up when it was confirmed but not applied: ${what}`, async () => {
      const made = await world.create();
      world.emulator.faults.add({ method: "PUT", fault: "discarded" });
      const failed = await world.initFailure(world.update(made, inputs(spec)));
      assert.equal(failed.errorCode, "no-deployment");
      world.emulator.clearCalls();
      const { outs } = await world.update(failed.made, inputs(spec));
      assert.equal(puts(), 1);
      assert.match(world.messages("warning").join("\n"), /update of the last run.*sent again/);
      assert.deepEqual(outs.__liveSpec, listsToMaps(world.app.spec));
      assert.equal(storedSecret(), spec === rotated ? ROTATED : SECRET);
    });
  }

  it("applies every change when a secret alternates between two values", async () => {
    let made = await world.create();
    for (const spec of [rotated, SHOP, rotated]) {
      world.emulator.faults.add({ method: "PUT", fault: "reset-after" });
      made = await world.update(made, inputs(spec));
      assert.equal(storedSecret(), spec === rotated ? ROTATED : SECRET);
    }
    assert.equal(puts(), 3);
  });

  it("does not read a lagging replica's response as a removal", async () => {
    const made = await world.create();
    world.emulator.faults.add({ method: "PUT", fault: LAG });
    const { outs } = await world.update(made, inputs(withoutGreeting));
    assert.doesNotMatch(JSON.stringify(outs.__liveSpec), /GREETING/);
  });

  describe("whose deployment never appears", () => {
    const spec = changed((one) => (one.region = "fra"));
    const DEPLOYED = 3;

    /** An app with earlier deployments, the last of which is still in progress. */
    async function withEarlierDeployments(): Promise<Made> {
      const made = await world.create();
      for (let count = 1; count < DEPLOYED; count++) {
        await world.clock.sleep(60_000);
        await deploy(made.id);
      }
      return made;
    }
    const deploy = (id: string): Promise<unknown> =>
      fetch(`${world.emulator.url}/v2/apps/${id}/deployments`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: "{}",
      });
    const isSentAgain = async (failed: Made): Promise<void> => {
      world.emulator.clearCalls();
      const { outs } = await world.update(failed, inputs(spec));
      assert.equal(puts(), 1);
      assert.equal(world.app.spec.region, "fra");
      assert.deepEqual(outs.__liveSpec, listsToMaps(world.app.spec));
    };

    it("does not count an older deployment as its own, even one that the app does not contain", async () => {
      const made = await withEarlierDeployments();
      world.emulator.faults.add({ method: "PUT", fault: "discarded" });
      const failed = await world.initFailure(world.update(made, inputs(spec)));
      assert.equal(failed.errorCode, "no-deployment");
      await isSentAgain(failed.made);
    });

    it("does not count an older deployment as its own when it adopts an app", async () => {
      const { id } = await withEarlierDeployments();
      world.emulator.faults.add({ method: "PUT", fault: "discarded" });
      const failed = await world.initFailure(world.create(inputs(spec, { adopt: id })));
      assert.equal(failed.errorCode, "no-deployment");
      await isSentAgain(failed.made);
    });

    it("fails although another deployment succeeds in the meantime, and is sent again", async () => {
      const made = await world.create();
      world.emulator.faults.add({ method: "PUT", fault: "discarded" });
      const sent = world.emulator.nextCall({ method: "PUT" });
      const updated = world.initFailure(world.update(made, inputs(spec)));
      await sent;
      await deploy(made.id);
      const failed = await updated;
      assert.equal(failed.errorCode, "update-not-seen");
      await isSentAgain(failed.made);
    });
  });
});
