import assert from "node:assert/strict";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import type { AppSpec } from "../../../provider/appspec/types";
import { changed, eachInItsWorld, inputs, OPEN } from "../../helpers/world/provider-world";

type Edit = (spec: AppSpec) => void;

const image = { registry_type: "DOCR", repository: "shop", tag: "1" } as const;
const withImage: Edit = (spec) => {
  const { git: _, ...web } = spec.services![0]!;
  spec.services![0] = { ...web, image: { ...image } };
};

/** What the program declares, and how the stored spec comes back. Sources: published bodies and reports. */
const DIFFERENCES: Record<string, { program: Edit; stored: Edit }> = {
  "an omitted instance_count that is filled in": {
    program: (spec) => delete spec.services![0]!.instance_count,
    stored: (spec) => (spec.services![0]!.instance_count = 1),
  },
  "an instance_count of 0 that becomes 1": {
    program: (spec) => (spec.services![0]!.instance_count = 0),
    stored: (spec) => (spec.services![0]!.instance_count = 1),
  },
  "deploy_on_push: {} that is omitted": {
    program: (spec) => {
      withImage(spec);
      spec.services![0]!.image!.deploy_on_push = {};
    },
    stored: (spec) => delete spec.services![0]!.image!.deploy_on_push,
  },
  "deploy_on_push: { enabled: false } that becomes {}": {
    program: (spec) => {
      withImage(spec);
      spec.services![0]!.image!.deploy_on_push = { enabled: false };
    },
    stored: (spec) => (spec.services![0]!.image!.deploy_on_push = {}),
  },
  "an omitted deploy_on_push that becomes {}": {
    program: withImage,
    stored: (spec) => (spec.services![0]!.image!.deploy_on_push = {}),
  },
  "a registry that is filled in": {
    program: withImage,
    stored: (spec) => (spec.services![0]!.image!.registry = "acme"),
  },
  "flags that are false and are omitted": {
    program: (spec) => {
      spec.disable_edge_cache = false;
      spec.enhanced_threat_control_enabled = false;
      spec.static_sites![0]!.catchall_document = "";
    },
    stored: (spec) => {
      delete spec.disable_edge_cache;
      delete spec.enhanced_threat_control_enabled;
      delete spec.static_sites![0]!.catchall_document;
    },
  },
  "an alert and a feature that are filled in": {
    program: () => {},
    stored: (spec) => {
      spec.alerts = [{ rule: "DEPLOYMENT_FAILED" }, { rule: "DOMAIN_FAILED" }];
      spec.features = ["buildpack-stack=ubuntu-22"];
    },
  },
};

describe("Values that come back different from the service", () => {
  const world = eachInItsWorld();

  for (const [name, { program, stored }] of Object.entries(DIFFERENCES))
    it(`cause no change and no noise: ${name}`, async () => {
      const spec = changed(program, OPEN);
      const alter = (): void => {
        const [app] = world.emulator.apps();
        if (!app) return;
        const copy = structuredClone(app.spec) as unknown as AppSpec;
        stored(copy);
        app.spec = copy as never;
      };
      // From the first response on: the emulator stores the altered spec before anything reads it.
      world.clock.onSleep = alter;
      const made = await world.create(inputs(spec));
      alter();
      // As if the response to the creation had contained it.
      const first = { props: { ...made.outs, __liveSpec: listsToMaps(world.app.spec) } };
      const before = (await world.run().read(made.id, first.props)).props;
      world.lines.length = 0;
      world.emulator.clearCalls();
      const { props, inputs: seen } = await world.run().read(made.id, before!);
      assert.deepEqual(props, before);
      assert.deepEqual(
        world.messages().filter((line) => line.includes("changed at the service")),
        [],
      );
      const run = world.run();
      const checked = await run.check(seen!, inputs(spec));
      assert.deepEqual(checked.failures, []);
      const diff = await run.diff(made.id, props!, checked.inputs);
      assert.deepEqual(diff, { changes: false }, JSON.stringify([listsToMaps(spec), seen?.spec]));
      assert.deepEqual(
        world.writes.filter((write) => !write.includes("propose")),
        [],
      );
      const adopted = await world.run().create(inputs(spec, { adopt: made.id }));
      assert.deepEqual(
        world.writes.filter((write) => !write.includes("propose")),
        [],
        "adopts without an update",
      );
      assert.equal(adopted.outs.phase, "ACTIVE");
    });

  for (const [name, { program, stored }] of Object.entries(DIFFERENCES))
    it(`cause no change and no noise if they appear after the response to the creation: ${name}`, async () => {
      const spec = changed(program, OPEN);
      world.clock.onSleep = () => {
        const [app] = world.emulator.apps();
        if (!app) return;
        const copy = structuredClone(app.spec) as unknown as AppSpec;
        stored(copy);
        app.spec = copy as never;
      };
      const made = await world.create(inputs(spec));
      const { props, inputs: seen } = await world.run().read(made.id, made.outs);
      assert.deepEqual(
        world.messages().filter((line) => line.includes("changed at the service")),
        [],
      );
      const run = world.run();
      const checked = await run.check(seen!, inputs(spec));
      assert.deepEqual(await run.diff(made.id, props!, checked.inputs), { changes: false });
    });

  it("cause no change when updated_at moves by itself", async () => {
    const made = await world.create(inputs(OPEN));
    world.emulator.faults.add({ method: "GET", times: Infinity, fault: "moving-updated-at" });
    const { props } = await world.run().read(made.id, made.outs);
    assert.equal(props?.updatedAt, made.outs.updatedAt);
    assert.deepEqual(await world.run().diff(made.id, props!, inputs(OPEN)), { changes: false });
  });
});
