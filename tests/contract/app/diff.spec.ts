import assert from "node:assert/strict";
import type { AppInputs } from "../../../provider/resources/app/state";
import { hideSecrets } from "../../../provider/appspec/secrets";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import {
  changed,
  eachInItsWorld,
  inputs,
  OPEN,
  SHOP,
  URN,
  type Made,
} from "../../helpers/world/provider-world";

const greeting = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"));

describe("AppProvider: diff", () => {
  const world = eachInItsWorld();
  let made: Made;

  beforeEach(async () => {
    made = await world.create();
    world.lines.splice(0);
    world.emulator.clearCalls();
  });

  /** As in a Pulumi update: check runs first, in the same process. */
  async function diffed(news: AppInputs, olds = made.outs): Promise<{ changes?: boolean }> {
    const provider = world.run();
    const { failures, inputs: checked } = await provider.check(olds, news);
    assert.deepEqual(failures, []);
    return provider.diff(made.id, olds, checked);
  }

  it("reports no change for equal inputs and makes no request", async () => {
    assert.deepEqual(await diffed(inputs()), { changes: false });
    assert.deepEqual(world.emulator.calls, []);
    assert.deepEqual(world.messages(), []);
  });

  it("lets Pulumi show what changed and reports the effect on each component", async () => {
    assert.deepEqual(await diffed(inputs(greeting)), {});
    assert.deepEqual(world.messages("info"), [
      "~ web (service): redeploy without a new build: envs.GREETING.value changed",
      "1 component unchanged",
    ]);
  });

  it("ignores hidden keys", async () => {
    const news = { ...inputs(), __urn: `${URN}-renamed`, __provider: "a later version" };
    assert.deepEqual(await diffed(news), { changes: false });
    const later = { ...made.outs, __liveSpec: { name: "other" }, __new: 1, liveUrl: "other", phase: "other" };
    assert.deepEqual(await diffed(inputs(), later), { changes: false });
  });

  it("reports an update when the last deployment did not succeed, with the reason", async () => {
    for (const [phase, words] of [
      ["ERROR", "failed; this update starts a new one"],
      ["CANCELED", "failed; this update starts a new one"],
      ["BUILDING", "still in progress"],
    ] as const) {
      const olds = { ...made.outs, __deployment: { id: "d", phase } };
      assert.deepEqual(await diffed(inputs(), olds), { changes: true });
      assert.ok(
        world.messages("info").some((line) => line.includes(words)),
        phase,
      );
    }
  });

  it("notes that a changed program is compared with the spec of a failed attempt", async () => {
    const olds = { ...made.outs, __deployment: { id: "d", phase: "ERROR" } };
    assert.deepEqual(await diffed(inputs(greeting), olds), {});
    const [first] = world.messages("info");
    assert.match(first ?? "", /deployment failed.*service has its spec/);
  });

  it("reports no change for a running deployment with wait: false", async () => {
    const news = inputs(SHOP, { wait: false });
    const olds = { ...made.outs, wait: false, __deployment: { id: "d", phase: "BUILDING" } };
    assert.deepEqual(await diffed(news, olds), { changes: false });
    assert.deepEqual(await diffed(news, { ...olds, __deployment: { id: "d", phase: "ERROR" } }), {
      changes: true,
    });
  });

  it("reports nothing during a refresh, where no check ran before", async () => {
    const olds = { ...made.outs, __deployment: { id: "d", phase: "ERROR" } };
    assert.deepEqual(await world.run().diff(made.id, olds, inputs(greeting)), {});
    assert.deepEqual(await world.run().diff(made.id, olds, inputs()), { changes: true });
    assert.deepEqual(world.messages(), []);
  });

  it("warns that the cache may be reused when forceBuild is combined with a changed spec", async () => {
    await diffed(inputs(greeting, { redeployOn: { commit: "2" }, forceBuild: true }));
    assert.match(world.messages("warning").join(), /forceBuild does not apply.*build cache/);
  });

  describe("after an import", () => {
    let imported: Made;
    beforeEach(async () => {
      made = await world
        .run()
        .update(made.id, made.outs, inputs(OPEN))
        .then(({ outs }) => ({ ...made, outs }));
      const outs = { ...made.outs, spec: hideSecrets(listsToMaps(world.app.spec)), __imported: true };
      imported = { ...made, outs };
      world.lines.splice(0);
      world.emulator.clearCalls();
    });

    it("reports no change for a program with the spec that the app was created from", async () => {
      assert.deepEqual(await diffed(inputs(OPEN), imported.outs), { changes: false });
      assert.deepEqual(world.messages(), []);
      const read = await world.run().read(made.id, imported.outs);
      assert.deepEqual(await world.run().diff(made.id, read.props!, inputs(OPEN)), { changes: false });
    });

    it("predicts the program's changes, and none for defaults set by the service", async () => {
      const news = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"), OPEN);
      assert.deepEqual(await diffed(inputs(news), imported.outs), {});
      assert.deepEqual(world.messages("info").slice(0, 2), [
        "~ web (service): redeploy without a new build: envs.GREETING.value changed",
        "1 component unchanged",
      ]);
      assert.match(world.messages("info")[2] ?? "", /defaults of the service.*stay unchanged/);
      const { outs } = await world.update(imported, inputs(news));
      assert.deepEqual(world.writes, [`PUT /v2/apps/…`]);
      assert.deepEqual([outs.__imported, outs.spec], [undefined, listsToMaps(news)]);
    });

    it("starts no deployment when only settings of the program are new", async () => {
      const settings = inputs(OPEN, { timeouts: { update: "20m" } });
      assert.deepEqual(await diffed(settings, imported.outs), {});
      assert.deepEqual(world.messages(), []);
      await world.update(imported, settings);
      assert.deepEqual(world.writes, []);
    });
  });
});
