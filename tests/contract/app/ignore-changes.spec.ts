import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Component, Spec } from "../../../emulator/index";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import type { AppSpec } from "../../../provider/appspec/types";
import { IgnoringRuns } from "../../helpers/world/ignoring-run";
import { assertClean, changed, eachInItsWorld, OPEN, SECRET, SHOP } from "../../helpers/world/provider-world";

const COUNT = "spec.services[0].instance_count";

describe("AppProvider: ignoreChanges", () => {
  const world = eachInItsWorld();
  const runs = new IgnoringRuns(world);

  const edit = (how: (web: Component, spec: Spec) => unknown): void => {
    world.emulator.editApp("shop", (spec) => void how(spec.services![0]!, spec));
  };
  const web = (): Component => world.app.spec.services![0]!;
  const value = (key: string) => web().envs?.find((one) => one.key === key)?.value;
  const withCount = (count: number): AppSpec =>
    changed((spec) => (spec.services![0]!.instance_count = count));
  const greeted = (greeting: string, spec: AppSpec = SHOP): AppSpec =>
    changed((copy) => (copy.services![0]!.envs![0]!.value = greeting), spec);
  /** The service's spec without the value that the program updates. */
  const others = (): unknown => listsToMaps(greeted("", world.app.spec as unknown as AppSpec));

  const EDITS: [path: string, how: (web: Component, spec: Spec) => unknown][] = [
    [COUNT, (component) => (component.instance_count = 3)],
    ["spec.services[*].http_port", (component) => (component.http_port = 9090)],
    ["spec.services.web.health_check", (component) => (component.health_check = { http_path: "/up" })],
    ['spec.services["web"].envs.FLAG', (component) => component.envs?.push({ key: "FLAG", value: "on" })],
    ["spec.services[0].envs[1].value", (component) => (component.envs![1]!.value = "rotated-at-the-service")],
    ["spec.services[0].envs[1]", (component) => component.envs?.splice(1, 1)],
    ["spec.domains", (_, spec) => (spec.domains = [{ domain: "shop.example.com" }])],
    ["spec.static_sites", (_, spec) => (spec.static_sites![0]!.error_document = "404.html")],
    [
      "spec.services.web.autoscaling",
      (component) => {
        delete component.instance_count;
        component.autoscaling = {
          min_instance_count: 1,
          max_instance_count: 4,
          metrics: { cpu: { percent: 70 } },
        };
      },
    ],
    ["spec.workers.crew", (component, spec) => (spec.workers = [{ name: "crew", git: component.git! }])],
    ["spec.services.web.git.branch", (component) => (component.git!.branch = "release")],
  ];
  for (const [path, how] of EDITS)
    it(`keeps ${path} unchanged at the service during other updates, before and after a refresh`, async () => {
      const created = await runs.create({ spec: SHOP });
      edit(how);
      const before = others();
      const updated = await runs.update(created, { spec: greeted("good evening"), ignoreChanges: [path] });
      assert.deepEqual([value("GREETING"), others()], ["good evening", before]);
      assert.ok(!world.messages("warning").some((text) => text.includes("revert")), world.shown);
      assert.deepEqual(
        await runs.preview(updated, { spec: greeted("good evening"), ignoreChanges: [path] }),
        {
          changes: false,
        },
      );

      const refreshed = await runs.refresh(updated);
      const again = await runs.update(refreshed, { spec: greeted("hi"), ignoreChanges: [path] });
      assert.deepEqual([value("GREETING"), others()], ["hi", before]);
      assertClean(again.outs);
      for (const { outs, inputs } of [updated, refreshed, again])
        assert.ok(!JSON.stringify([outs.spec, inputs]).includes("EV["));
    });

  it("keeps the service's value when the program changes an ignored value", async () => {
    const created = await runs.create({ spec: SHOP });
    world.emulator.clearCalls();
    world.lines.splice(0);
    for (const path of [COUNT, "spec.services", "spec", "*"]) {
      const program = { spec: withCount(5), ignoreChanges: [path] };
      assert.deepEqual(await runs.preview(created, program), { changes: false });
      await runs.update(created, program);
    }
    assert.deepEqual(world.writes, []);
    assert.deepEqual(world.messages(), []);
  });

  it("starts a deployment without sending a spec when the whole spec is ignored and redeployOn changes", async () => {
    const created = await runs.create({ spec: SHOP });
    edit((component) => (component.instance_count = 3));
    world.emulator.clearCalls();
    await runs.update(created, {
      spec: withCount(5),
      ignoreChanges: ["spec"],
      more: { redeployOn: { commit: "2" } },
    });
    assert.deepEqual(world.writes, ["POST /v2/apps/…/deployments"]);
    assert.equal(web().instance_count, 3);
  });

  for (const refreshes of [false, true])
    it(`previews and sends the program's values once they are no longer ignored, ${refreshes ? "after" : "without"} a refresh`, async () => {
      const created = await runs.create({ spec: SHOP });
      edit((component) => {
        component.instance_count = 3;
        component.envs![1]!.value = "rotated-at-the-service";
      });
      const ignoreChanges = [COUNT, "spec.services[0].envs[1].value"];
      const updated = await runs.update(created, { spec: greeted("hi"), ignoreChanges });
      const kept = refreshes ? await runs.refresh(updated) : updated;
      // After a refresh, Pulumi finds the changes among its inputs.
      const preview = await runs.preview(kept, { spec: greeted("hi") });
      assert.deepEqual(preview, refreshes ? {} : { changes: true });
      const last = await runs.update(kept, { spec: greeted("hi") });
      assert.deepEqual([web().instance_count, world.app.plain(value("API_TOKEN")!)], [1, SECRET]);
      assert.deepEqual(await runs.preview(last, { spec: greeted("hi") }), { changes: false });
    });

  describe("in a new component", () => {
    const both = changed((spec) => {
      const api = { ...structuredClone(SHOP.services![0]!), name: "api", http_port: 9000, instance_count: 2 };
      spec.services!.push(api);
    });
    const ignoreChanges = [
      "spec.services[*].instance_count",
      "spec.services[1].envs[1].value",
      "spec.services.api.git.branch",
    ];

    it("uses the program's values, secrets included, and stores no secret in clear text in the state", async () => {
      const created = await runs.create({ spec: SHOP });
      const updated = await runs.update(created, { spec: both, ignoreChanges });
      const api = world.app.spec.services!.find(({ name }) => name === "api")!;
      assert.deepEqual([api.instance_count, api.git?.branch], [2, "main"]);
      assert.equal(world.app.plain(api.envs![1]!.value!), SECRET);
      const place = (spec: unknown): unknown =>
        (listsToMaps(spec) as { services: { api: { envs: { API_TOKEN: unknown } } } }).services.api.envs
          .API_TOKEN;
      for (const spec of [updated.inputs.spec, updated.outs.spec])
        assert.ok(!JSON.stringify(place(spec)).includes(SECRET));
      assert.deepEqual(await runs.preview(updated, { spec: both, ignoreChanges }), { changes: false });
    });

    it("previews no change for non-secret values once they are no longer ignored", async () => {
      const created = await runs.create({ spec: SHOP });
      const paths = [ignoreChanges[0]!, ignoreChanges[2]!];
      const updated = await runs.update(created, { spec: both, ignoreChanges: paths });
      assert.deepEqual(await runs.preview(updated, { spec: both }), { changes: false });
    });

    it("keeps the service's values from then on", async () => {
      const created = await runs.create({ spec: SHOP });
      const updated = await runs.update(created, { spec: both, ignoreChanges });
      world.emulator.editApp("shop", (spec) => void (spec.services![1]!.instance_count = 7));
      await runs.update(updated, { spec: greeted("hi", both), ignoreChanges });
      assert.deepEqual(
        world.app.spec.services!.map((component) => component.instance_count),
        [1, 7],
      );
    });

    it("removes a component that the program removes, even if parts of it are ignored", async () => {
      const created = await runs.create({ spec: both, ignoreChanges });
      await runs.update(created, { spec: SHOP, ignoreChanges });
      assert.deepEqual(
        world.app.spec.services!.map(({ name }) => name),
        ["web"],
      );
    });
  });

  it("uses the program's value when it creates the app", async () => {
    await runs.create({ spec: withCount(2), ignoreChanges: ["spec.services[0]", "projectId"] });
    assert.equal(web().instance_count, 2);
  });

  it("keeps the service's values of ignored fields when it adopts an app", async () => {
    const { id } = await world.create();
    edit((component) => {
      component.instance_count = 3;
      component.envs![1]!.value = "rotated-at-the-service";
    });
    const before = others();
    world.emulator.clearCalls();
    const ignoreChanges = [COUNT, "spec.services[0].envs[1].value", "spec.services.web.health_check"];
    const adopted = await runs.create({ spec: SHOP, ignoreChanges, more: { adopt: id } });
    assert.deepEqual(world.writes, []);
    const program = { spec: greeted("hi"), ignoreChanges, more: { adopt: id } };
    assert.deepEqual(await runs.preview(adopted, { ...program, spec: SHOP }), { changes: false });
    await runs.update(adopted, program);
    assert.deepEqual([value("GREETING"), others()], ["hi", before]);
  });

  it("warns about values it reverts at the service, but not about ignored ones", async () => {
    const created = await runs.create({ spec: SHOP });
    edit((component) => {
      component.instance_count = 3;
      component.http_port = 9090;
    });
    await runs.update(created, { spec: greeted("hi"), ignoreChanges: [COUNT] });
    const [warning = "", ...more] = world.messages("warning");
    assert.deepEqual(more, []);
    assert.ok(
      warning.includes("spec.services.web.http_port") && !warning.includes("instance_count"),
      warning,
    );
  });

  it("recognizes the update of a killed run even if ignored fields have changed since", async () => {
    const created = await runs.create({ spec: OPEN });
    edit((component) => {
      component.envs![0]!.value = "hi";
      component.instance_count = 3;
    });
    world.emulator.clearCalls();
    const program = { spec: greeted("hi", OPEN), ignoreChanges: [COUNT] };
    const updated = await runs.update(created, program);
    assert.deepEqual(world.writes, []);
    assert.deepEqual(await runs.preview(updated, program), { changes: false });
  });

  it("keeps a secret that was changed at the service, with a placeholder in the state", async () => {
    const created = await runs.create({ spec: SHOP });
    edit((component) => (component.envs![1]!.value = "rotated-at-the-service"));
    const path = "spec.services.web.envs.API_TOKEN.value";
    const updated = await runs.update(created, { spec: greeted("hi"), ignoreChanges: [path] });
    assert.equal(world.app.plain(value("API_TOKEN")!), "rotated-at-the-service");
    const { services } = updated.outs.spec as {
      services: { web: { envs: { API_TOKEN: { value: string } } } };
    };
    assert.equal(services.web.envs.API_TOKEN.value, KEPT_SECRET);
  });

  it("sends nothing when the program needs the clear text of an ignored secret that only the service knows", async () => {
    const created = await runs.create({ spec: SHOP });
    edit((component) => (component.envs![1]!.value = "rotated-at-the-service"));
    world.emulator.clearCalls();
    const spec = changed((copy) => delete copy.services![0]!.envs![1]!.type);
    const ignoreChanges = ["spec.services[0].envs[1].value"];
    const error = await world.failure(runs.update(created, { spec, ignoreChanges }));
    assert.equal(error.errorCode, "invalid-input");
    assert.ok(error.message.includes("spec.services.web.envs.API_TOKEN.value"), error.message);
    assert.deepEqual(world.writes, []);
  });

  it("leaves the app in its project while projectId is ignored", async () => {
    const first = await runs.create({ spec: SHOP });
    const home = first.outs.project;
    const more = { projectId: home };
    const created = await runs.update(first, { spec: SHOP, more });
    const elsewhere = randomUUID();
    world.app.projectId = elsewhere;
    const program = { spec: greeted("hi"), ignoreChanges: ["projectId"], more };
    const updated = await runs.update(created, program);
    assert.deepEqual([world.app.projectId, updated.outs.projectId], [elsewhere, elsewhere]);
    assert.deepEqual(await runs.preview(updated, program), { changes: false });
    assert.deepEqual(await runs.preview(updated, { ...program, ignoreChanges: [] }), { changes: true });
    await runs.create({ ...program, more: { ...more, adopt: created.id } });
    assert.equal(world.app.projectId, elsewhere);
  });

  describe("set by transforms, which the constructor does not see", () => {
    it("keeps the service's values as well", async () => {
      const created = await runs.create({ spec: SHOP });
      edit((component) => (component.instance_count = 3));
      for (const path of ["spec.services.web.instance_count", "spec.services[*].instance_count"]) {
        const transformed = { ignoreChanges: [path], isTransformed: true };
        const updated = await runs.update(created, { spec: greeted("hi", withCount(5)), ...transformed });
        assert.deepEqual([web().instance_count, value("GREETING")], [3, "hi"]);
        assert.deepEqual(await runs.preview(updated, { spec: greeted("hi"), ...transformed }), {
          changes: false,
        });
      }
      assert.deepEqual(world.messages("warning"), []);
    });

    it("warns about an index, which Pulumi does not match", async () => {
      const created = await runs.create({ spec: SHOP });
      await runs.preview(created, { spec: withCount(5), ignoreChanges: [COUNT], isTransformed: true });
      const [only = "", ...more] = world.messages("warning");
      assert.deepEqual(more, []);
      for (const part of [COUNT, "by name", "web"]) assert.ok(only.includes(part), only);
    });
  });

  describe("paths that match nothing", () => {
    const ignoreChanges = ["spec.services.wbe.instance_count", "spec.services.web.envs.FLAG", COUNT];

    it("cause a warning for a new app, with a suggested path", async () => {
      await runs.create({ spec: SHOP, ignoreChanges });
      const [first = "", second = "", ...more] = world.messages("warning");
      assert.deepEqual(more, []);
      assert.ok(first.includes("spec.services.web.instance_count"), first);
      assert.ok(second.includes("spec.services.web.envs.FLAG"), second);
    });

    it("cause a warning for an existing app only if the service has no match either", async () => {
      const created = await runs.create({ spec: SHOP });
      edit((component) => component.envs?.push({ key: "FLAG", value: "on" }));
      const refreshed = await runs.refresh(created);
      world.lines.splice(0);
      await runs.preview(refreshed, { spec: SHOP, ignoreChanges });
      const [only = "", ...more] = world.messages("warning");
      assert.deepEqual(more, []);
      assert.ok(only.includes("spec.services.wbe.instance_count"), only);
    });

    it("are checked against the adopted app", async () => {
      const { id } = await world.create();
      edit((component) => component.envs?.push({ key: "FLAG", value: "on" }));
      await runs.create({ spec: SHOP, ignoreChanges, more: { adopt: id } });
      assert.equal(world.messages("warning").length, 1);
    });
  });
});
