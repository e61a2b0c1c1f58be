import assert from "node:assert/strict";
import { join } from "node:path";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { valueAt } from "../../../provider/appspec/diff";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import type { AppSpec } from "../../../provider/appspec/types";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { changed, eachInItsWorld, SECRET, SHOP } from "../../helpers/world/provider-world";
import {
  isMarked,
  plainWire,
  PLUGIN_URN,
  PluginClient,
  RecordedFailure,
  secret,
  type Wire,
} from "../../helpers/world/plugin-world";

const given = (spec: AppSpec = SHOP, more: Wire = {}): Wire => ({ spec, ...more }) as Wire;

describe("the plugin's App over gRPC", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();
  let plugin: PluginClient;
  beforeEach(async () => {
    plugin = await PluginClient.start(world);
  });
  afterEach(() => plugin.close());

  const next = async (): Promise<PluginClient> => {
    plugin.close();
    plugin = await PluginClient.start(world);
    return plugin;
  };

  it("creates an app, and the next run changes nothing", async () => {
    const made = await plugin.up(given());
    assert.equal(world.app.id, made.id);
    assert.equal(made.outs["phase"], "ACTIVE");
    const { inputs } = await (await next()).check(given(), made.inputs);
    assert.deepEqual(await plugin.diff(made, inputs), { isChanged: false, paths: [], replaces: [] });
  });

  it("returns specs as lists in the program's order, and no whole spec as a secret", async () => {
    const { outs, inputs } = await plugin.up(given());
    const services = valueAt(outs, ["spec", "services"]) as AppSpec["services"];
    assert.deepEqual(
      services?.[0]?.envs?.map(({ key }) => key),
      ["GREETING", "API_TOKEN"],
    );
    for (const name of ["spec", "liveSpec"]) {
      assert.ok(!isMarked(outs[name]));
      assert.ok(!JSON.stringify(outs[name]).includes(SECRET));
      assert.ok(!JSON.stringify(outs[name]).includes("EV["));
    }
    assert.ok(isMarked(outs["__spec"]) && isMarked(outs["__liveSpec"]));
    const variables = valueAt(inputs, ["spec", "services", "web", "envs"]);
    assert.ok(isMarked(valueAt(variables, ["API_TOKEN", "value"])));
    assert.equal(valueAt(variables, ["GREETING", "value"]), "hello");
  });

  it("lists the changed properties by name, and updates them with one deployment", async () => {
    const made = await plugin.up(given());
    const wanted = changed((spec) => (spec.services![0]!.instance_count = 2));
    const { inputs } = await (await next()).check(given(wanted), made.inputs);
    const { isChanged, paths } = await plugin.diff(made, inputs);
    assert.deepEqual([isChanged, paths], [true, ["spec.services.web.instance_count"]]);
    const before = world.app.deployments.length;
    const preview = await plugin.update(made, inputs, { preview: true });
    assert.equal(preview.outs["phase"], UNKNOWN);
    assert.equal(world.app.deployments.length, before);
    assert.ok(world.messages().some((line) => line.startsWith("cost: ")));
    const after = await plugin.update(made, inputs);
    assert.equal(world.app.deployments.length, before + 1);
    assert.equal(valueAt(after.outs, ["liveSpec", "services", 0, "instance_count"]), 2);
  });

  it("a preview of a new app shows the plan and the price, and creates nothing", async () => {
    const { inputs } = await plugin.check(given());
    const { outs } = await plugin.create(inputs, { preview: true });
    assert.equal(outs["liveUrl"], UNKNOWN);
    assert.deepEqual(world.emulator.apps(), []);
    assert.ok(world.messages().some((line) => line.includes("web (service): create")));
    assert.ok(world.messages().some((line) => line.startsWith("cost: ")));
  });

  it("reports all problems of the arguments at once", async () => {
    const bad = changed((spec) => {
      spec.services![0]!.instance_count = -1;
      (spec as Wire)["servces"] = [];
    });
    const none = await plugin.check({ wait: true });
    assert.match(none.failures.map(({ reason }) => reason).join(), /spec or specFile/);
    for (const specFile of ["", " ", 7, ["app.yaml"]])
      assert.match(
        (await plugin.check({ specFile })).failures[0]?.reason ?? "",
        /must be the path of a file/,
      );
    const { failures } = await plugin.check(given(bad, { wait: "yes" }));
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["wait", "spec.servces", "spec.services[0].instance_count"],
    );
    assert.match(failures[2]?.reason ?? "", /^spec\.services\.web\.instance_count: .*-1/);
    const secrets = { API: SECRET };
    const file = await plugin.check({ specFile: "gone.yaml", secrets });
    assert.deepEqual(
      file.failures.map(({ property }) => property),
      ["specFile"],
    );
    // The engine prints the value of the property that a failure is about.
    const whole = await plugin.check({ specFile: "gone.yaml", secrets: SECRET });
    assert.deepEqual(
      whole.failures.map(({ property }) => property),
      [""],
    );
  });

  it("accepts values that are secret or not known yet anywhere, also as names", async () => {
    const spec = changed((one) => {
      const [web] = one.services!;
      Object.assign(web!, { run_command: secret("start --key hunter2"), http_port: UNKNOWN });
      Object.assign(one.static_sites![0]!, { name: UNKNOWN });
    });
    const { inputs, failures } = await plugin.check(given(spec));
    assert.deepEqual(failures, []);
    assert.ok(isMarked(valueAt(inputs, ["spec", "services", "web", "run_command"])));
    assert.equal(valueAt(inputs, ["spec", "static_sites"]), UNKNOWN);
    assert.equal(valueAt((await plugin.create(inputs, { preview: true })).outs, ["liveUrl"]), UNKNOWN);
  });

  it("records an app whose first deployment fails, with the reason, and the next run tries again", async () => {
    const broken = changed((spec) => (spec.services![0]!.build_command = "exit 1"));
    const failure = await plugin.up(given(broken)).catch((error: unknown) => error);
    assert.ok(failure instanceof RecordedFailure, String(failure));
    assert.match(failure.reasons.join("\n"), /web/);
    assert.equal(failure.state.id, world.app.id);
    const { inputs } = await (await next()).check(given(), failure.state.inputs);
    const repaired = await plugin.update(failure.state, inputs);
    assert.equal(repaired.outs["phase"], "ACTIVE");
  });

  it("finds a change at the service in a refresh, and reverts it in the next update", async () => {
    const made = await plugin.up(given());
    const spec = structuredClone(world.app.spec);
    spec.services![0]!.instance_count = 3;
    world.app.spec = spec;
    const seen = await (await next()).read(made.id, made);
    assert.equal(valueAt(seen.inputs, ["spec", "services", "web", "instance_count"]), 3);
    const { inputs } = await (await next()).check(given(), seen.inputs);
    const { paths } = await plugin.diff(seen, inputs);
    assert.deepEqual(paths, ["spec.services.web.instance_count"]);
  });

  it("leaves an ignored property to the service, by name and by index", async () => {
    for (const path of ["spec.services.web.instance_count", "spec.services[0].instance_count"]) {
      const made = await plugin.up(given(changed((spec) => (spec.name = `shop-${path.length}`))));
      const wanted = changed((spec) => {
        spec.name = `shop-${path.length}`;
        spec.services![0]!.instance_count = 5;
      });
      const { inputs } = await plugin.check(given(wanted), made.inputs);
      assert.equal((await plugin.diff(made, inputs, [path])).isChanged, false, path);
      assert.equal((await plugin.diff(made, inputs)).isChanged, true);
    }
  });

  it("imports an app in the form of programs, and the program then changes nothing", async () => {
    const { id } = await plugin.up(given());
    const found = await (await next()).read(id);
    const services = valueAt(found.inputs, ["spec", "services"]);
    assert.ok(Array.isArray(services));
    assert.equal(valueAt(services, [0, "name"]), "web");
    const open = changed((spec) => (spec.services![0]!.envs = [spec.services![0]!.envs![0]!]));
    assert.equal(found.id, id);
    const { inputs, failures } = await (await next()).check(given(open), found.inputs);
    assert.deepEqual(failures, []);
    const { paths } = await plugin.diff(found, inputs);
    assert.deepEqual(paths, ["spec.services.web.envs.API_TOKEN"]);
  });

  it("imports secrets as places without a value, and the generated code keeps them at the service", async () => {
    const spec = changed((one) => {
      const image = { registry_type: "DOCKER_HUB", registry: "acme", repository: "web", tag: "1" };
      const worker = {
        name: "jobs",
        image: { ...image, registry_credentials: "acme:hunter2-of-the-registry" },
      };
      Object.assign(one, { workers: [worker] });
    });
    const { id } = await plugin.up(given(spec));
    const found = await (await next()).read(id);
    assert.ok(!JSON.stringify(found.inputs).includes(SECRET));
    assert.ok(!JSON.stringify(found.inputs).includes("hunter2"));
    assert.deepEqual(
      valueAt(plainWire(found.inputs), ["spec", "services", 0, "envs", 0, "value"]),
      undefined,
    );
    const { inputs, failures } = await (await next()).check(found.inputs, found.inputs);
    assert.deepEqual(failures, []);
    assert.deepEqual((await plugin.diff(found, inputs)).paths, []);
    const writes = world.writes.length;
    await plugin.update(found, (await plugin.check({ ...found.inputs, wait: true }, found.inputs)).inputs);
    assert.equal(world.writes.length, writes);
  });

  it("rejects resources and functions that do not exist, also those with the names of built-in properties", async () => {
    const urn = "urn:pulumi:dev::shop::app-platform:index:constructor::shop";
    await assert.rejects(plugin.check(given(), {}, urn), /app-platform:index:constructor/);
    await assert.rejects(plugin.invoke("toString", {}), /toString/);
  });

  it("deletes an app after a backup of its spec", async () => {
    const made = await plugin.up(given(SHOP, { backup: { directory: folder.path } }));
    await (await next()).delete(made);
    assert.equal(world.writes.at(-1), "DELETE /v2/apps/…");
    assert.ok(world.messages("warning").some((line) => line.includes(folder.path)));
  });

  it("shows texts that fit every language: failures, backups, and missing secrets", async () => {
    const shown: string[] = [];
    const broken = changed((spec) => (spec.services![0]!.build_command = "exit 1"));
    const backup = { directory: folder.path };
    const failure = await plugin.up(given(broken, { backup })).catch((error: unknown) => error);
    assert.ok(failure instanceof RecordedFailure, String(failure));
    assert.match(failure.message, /npx --package pulumi-app-platform app-platform logs \S+ web/);
    await (await next()).delete(failure.state);
    const file = join(
      folder.path,
      readdirSync(folder.path).find((name) => /^shop-.*\.yaml$/.test(name)) ?? "",
    );
    shown.push(failure.message, ...world.messages(), readFileSync(file, "utf8"));
    const again = await plugin.check({ specFile: file });
    assert.match(again.failures[0]?.reason ?? "", /secrets: \{ "web\.API_TOKEN": … \}/);
    const encrypted = changed((spec) => (spec.services![0]!.envs![1]!.value = "EV[1:abc:def]"));
    const { failures } = await plugin.check(given(encrypted));
    assert.ok(failures.some(({ reason }) => reason.includes("encrypted")));
    shown.push(...[...again.failures, ...failures].map(({ reason }) => reason));
    assert.match(shown.join("\n"), /specFile/);
    assert.doesNotMatch(shown.join("\n"), /new App\(|loadSpec|const |npx app-platform/);
    const restored = await plugin.check({ specFile: file, secrets: { "web.API_TOKEN": "again" } });
    assert.deepEqual(restored.failures, []);
  });

  it("says in every language's terms how to take over an app, rename a resource, or replace it", async () => {
    const { id, ...made } = await plugin.up(given());
    const shown: string[] = [];
    const fails = async (work: Promise<unknown>): Promise<void> => {
      const failure = await work.then(
        () => assert.fail("it went well"),
        (error: unknown) => error,
      );
      shown.push(String(failure));
    };
    const { inputs } = await (await next()).check(given());
    await fails(plugin.create(inputs));
    const oldUrn = PLUGIN_URN.replace(/shop$/, "old");
    const state = { skipsResources: false, managedApps: async () => [{ id, urn: oldUrn }] };
    const known = await PluginClient.start(world, { state });
    const again = await known.check(given());
    await fails(known.create(again.inputs));
    known.close();
    const unknownId = given(SHOP, { adopt: "4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf" });
    await fails(plugin.create((await plugin.check(unknownId)).inputs));
    await next();
    await plugin.check(given(), made.inputs, oldUrn);
    await plugin.read(id, { id, ...made }, oldUrn);
    await fails(plugin.up(given(SHOP, { adopt: id })));
    const both = await plugin.check(given(), {}, oldUrn);
    shown.push(...both.failures.map(({ reason }) => reason));
    const text = shown.join("\n");
    for (const place of [
      /argument adopt to "/,
      /alias.* "OLD_NAME"/,
      /alias.*urn:pulumi:/,
      /deleteBeforeReplace/,
    ])
      assert.match(text, place);
    assert.doesNotMatch(text, /adopt: "|aliases: \[/);
  });

  it("a preview says that a replacement deletes the app first, as far as it depends on the plugin", async () => {
    const withDatabase = given(changed((spec) => (spec.databases = [{ name: "db", engine: "PG" }])));
    const { id, ...made } = await plugin.up(withDatabase);
    await next();
    // As the engine does it after a diff with replaceOnChanges.
    await plugin.check(withDatabase, made.inputs);
    const { inputs } = await plugin.check(withDatabase);
    world.lines.splice(0);
    await plugin.create(inputs, { preview: true });
    assert.match(world.messages("warning").join("\n"), /shop is deleted first, .*db/);
    // As it does it for --replace, without a diff and with the program's order.
    const state = { skipsResources: false, managedApps: async () => [{ id, urn: PLUGIN_URN }] };
    const requested = await PluginClient.start(world, { state });
    const again = await requested.check(withDatabase);
    world.lines.splice(0);
    await requested.create(again.inputs, { preview: true });
    requested.close();
    assert.match(
      world.messages("warning").join("\n"),
      /first if .*deleteBeforeReplace.*Otherwise, .*fails.*db/,
    );
  });

  it("names the app that was meant when there is none with the id to import or read", async () => {
    const { id } = await plugin.up(given());
    await assert.rejects(plugin.read("shop"), new RegExp(`shop.*${id}`));
    await assert.rejects(plugin.read("4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf"), new RegExp(`shop \\(${id}`));
    assert.deepEqual(world.messages("warning"), []);
  });

  it("reads the spec from a file, with values of secrets", async () => {
    const file = join(folder.path, "app.yaml");
    writeFileSync(
      file,
      "name: shop\nenvs:\n- key: TOKEN\n  type: SECRET\nstatic_sites:\n- name: web\n  git: {repo_clone_url: https://example.com/web.git, branch: main}\n",
    );
    const { inputs, failures } = await plugin.check({ specFile: file, secrets: secret({ TOKEN: SECRET }) });
    assert.deepEqual(failures, []);
    assert.equal(inputs["secrets"], undefined);
    assert.ok(isMarked(valueAt(inputs, ["spec", "envs", "TOKEN", "value"])));
    // The values of secrets may come from resources that do not exist yet; the rest of the spec is known.
    const early = await plugin.check({ specFile: file, secrets: { TOKEN: secret(UNKNOWN) } });
    assert.deepEqual(early.failures, []);
    assert.equal(valueAt(early.inputs, ["spec", "name"]), "shop");
    assert.equal(
      plainWire(valueAt((await plugin.create(early.inputs, { preview: true })).outs, ["phase"])),
      UNKNOWN,
    );
    const missing = await plugin.check({ specFile: `${file}.gone` });
    assert.equal(missing.failures[0]?.property, "specFile");
  });

  it("stops waiting when the engine cancels, and records the app", async () => {
    await plugin.cancel();
    const failure = await plugin.up(given()).catch((error: unknown) => error);
    assert.match(String(failure), /stopped/);
  });

  it("looks up apps and reads logs as functions", async () => {
    const { id } = await plugin.up(given());
    const { app } = await plugin.invoke("getApp", { name: "shop" });
    assert.equal(valueAt(app, ["id"]), id);
    assert.ok(!JSON.stringify(app).includes("EV["));
    const { lines } = await plugin.invoke("getLogs", {
      appId: id,
      type: "BUILD",
      component: "web",
      tailLines: 1,
    });
    assert.equal((lines as string[]).length, 1);
    await assert.rejects(plugin.invoke("getApp", { name: "shp" }), /shop/);
  });
});
