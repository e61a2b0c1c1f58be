import assert from "node:assert/strict";
import { createEmulator, type Component, type Emulator, type StoredApp } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { hideSecrets, succeeded, TestStack, TOKEN, writeCalls, writes } from "../helpers/e2e";

type Json = Record<string, unknown>;

const image = { registry_type: "DOCR", repository: "web", tag: "v1" };
const SECRET = "program-s3cret";
const SPEC = {
  services: [
    {
      name: "web",
      image,
      envs: [
        { key: "A", value: "1" },
        { key: "B", value: "2" },
        { key: "S", value: { $secret: SECRET }, type: "SECRET" },
        { key: "T", value: { $secret: "another-s3cret" }, type: "SECRET" },
      ],
    },
  ],
};

const web = (services: Component[] | undefined): Component => {
  const found = services?.find(({ name }) => name === "web");
  if (!found) throw new Error("there is no component web");
  return found;
};

describe("an app that was edited outside Pulumi", function () {
  this.timeout(300_000);
  const EDITED = ["changed", "added", "removed", "component", "secret", "untouched"];
  let emulator: Emulator;
  let stack: TestStack;
  let refreshed: CommandResult;
  /** Inputs in the state after the refresh. */
  let seen: Record<string, Json>;
  let wanted: Json;
  const specsBefore = new Map<string, Json>();

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
    stack.declare(Object.fromEntries(EDITED.map((name) => [name, { spec: SPEC }])));
    await stack.mustUp(["--parallel", "20"]);
    wanted = hideSecrets(stack.resource("untouched").inputs["spec"]) as Json;
    for (const app of emulator.apps()) specsBefore.set(app.spec.name, structuredClone(app.spec) as Json);
    edit();
    refreshed = succeeded(await stack.run(["refresh", "--yes", "--diff"]));
    seen = Object.fromEntries(
      Object.entries(stack.resources()).map(([name, { inputs }]) => [
        name,
        (hideSecrets(inputs) as { spec: Json }).spec,
      ]),
    );
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  function edit(): void {
    const change = (name: string, how: (component: Component) => void): void => {
      emulator.editApp(name, (spec) => how(web(spec.services)));
    };
    const envs = (component: Component) => (component.envs ??= []);
    change("changed", (component) => {
      const variable = envs(component).find(({ key }) => key === "A");
      if (variable) variable.value = "edited";
    });
    change("added", (component) => void envs(component).push({ key: "NEW", value: "here" }));
    change("removed", (component) => {
      component.envs = envs(component).filter(({ key }) => key !== "B");
    });
    change("secret", (component) => {
      const variable = envs(component).find(({ key }) => key === "S");
      if (variable) variable.value = "edited-s3cret";
    });
    emulator.editApp("component", (spec) => {
      spec.workers = [{ name: "extra", image }];
    });
  }

  const appOf = (name: string): StoredApp => {
    const found = emulator.apps().find((app) => app.spec.name === name);
    if (!found) throw new Error(`no app ${name}`);
    return found;
  };

  const plainOf = (app: StoredApp): unknown =>
    JSON.parse(JSON.stringify(app.spec), (_key, part: unknown) =>
      typeof part === "string" && part.startsWith("EV[") ? app.plain(part) : part,
    );

  const named = (
    name: string,
    more: (spec: Json & { services: Record<string, Json> }) => void = () => undefined,
  ): Json => {
    const spec = structuredClone(wanted) as Json & { services: Record<string, Json> };
    spec["name"] = name;
    more(spec);
    return spec;
  };

  const envsOf = (spec: { services: Record<string, Json> }): Record<string, Json> =>
    (spec.services["web"] as { envs: Record<string, Json> }).envs;

  it("is not written to by a refresh", () => {
    assert.deepEqual(writes(emulator), []);
  });

  it("shows only the changed variable in a refresh", () => {
    assert.deepEqual(
      seen["changed"],
      named("changed", (spec) => void (envsOf(spec)["A"] = { value: "edited" })),
    );
    assert.match(refreshed.output, /A: \{\s+~ value: "1" => "edited"/);
  });

  it("shows only the added variable in a refresh", () => {
    const { NEW, ...others } = envsOf(seen["added"] as { services: Record<string, Json> } & Json);
    assert.equal(NEW?.["value"], "here");
    assert.deepEqual(others, envsOf(named("added") as { services: Record<string, Json> } & Json));
    assert.match(refreshed.output, /\+ NEW\s*: \{/);
  });

  it("shows only the removed variable in a refresh", () => {
    assert.deepEqual(
      seen["removed"],
      named("removed", (spec) => void delete envsOf(spec)["B"]),
    );
    assert.match(refreshed.output, /- B: \{/);
  });

  it("shows only the added component in a refresh", () => {
    const { workers, ...others } = seen["component"] ?? {};
    assert.deepEqual(Object.keys(workers as Json), ["extra"]);
    assert.deepEqual(others, named("component"));
    assert.match(refreshed.output, /\+ extra: \{/);
  });

  it("shows a changed secret in a refresh without its value or its ciphertext", () => {
    assert.deepEqual(seen["secret"], named("secret"));
    assert.match(refreshed.output, /changed at the service: .*services\.web\.envs\.S\.value/);
    assert.doesNotMatch(refreshed.output, /s3cret|EV\[/);
    assert.doesNotMatch(stack.project.stateText(), /s3cret|EV\[/);
  });

  it("shows no changes in a refresh when nobody edited it", () => {
    assert.deepEqual(seen["untouched"], named("untouched"));
    assert.doesNotMatch(refreshed.output, /App::untouched\]/);
  });

  it("is restored to the program by the next up with one update per app", async () => {
    await stack.mustUp(["--parallel", "20"]);
    const edited = EDITED.filter((name) => name !== "untouched");
    assert.deepEqual(writes(emulator).sort(), edited.map((name) => `PUT /v2/apps/${name}`).sort());
    for (const name of EDITED) {
      const app = appOf(name);
      const before = { ...app, spec: specsBefore.get(name) } as StoredApp;
      assert.deepEqual(plainOf(app), plainOf(before), name);
    }
  });

  it("keeps the ciphertext of unchanged secrets in the repair", () => {
    const body = writeCalls(emulator, "changed")[0]?.body as { spec: { services: Component[] } };
    const sent = Object.fromEntries(
      (web(body.spec.services).envs ?? []).map(({ key, value }) => [key, value ?? ""]),
    );
    assert.match(sent["S"] ?? "", /^EV\[/);
    const repaired = writeCalls(emulator, "secret")[0]?.body as { spec: { services: Component[] } };
    const values = Object.fromEntries(
      (web(repaired.spec.services).envs ?? []).map(({ key, value }) => [key, value ?? ""]),
    );
    assert.equal(values["S"], SECRET);
    assert.match(values["T"] ?? "", /^EV\[/);
  });

  it("is repaired by a single up --refresh and has no changes afterwards", async () => {
    edit();
    await stack.mustUp(["--refresh", "--parallel", "20"]);
    const edited = EDITED.filter((name) => name !== "untouched");
    assert.deepEqual(writes(emulator).sort(), edited.map((name) => `PUT /v2/apps/${name}`).sort());
    for (const name of EDITED) {
      const app = appOf(name);
      assert.deepEqual(plainOf(app), plainOf({ ...app, spec: specsBefore.get(name) } as StoredApp), name);
    }
    const again = succeeded(await stack.up(["--refresh"]));
    assert.deepEqual(writes(emulator), []);
    assert.match(again.output, new RegExp(`${EDITED.length + 1} unchanged`));
  });
});
