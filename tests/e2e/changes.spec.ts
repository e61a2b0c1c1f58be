import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import {
  hideSecrets,
  linesOf,
  succeeded,
  TestStack,
  TOKEN,
  writeCalls,
  writes,
  type Declaration,
  type StateResource,
} from "../helpers/e2e";

type Json = Record<string, unknown>;

const image = { registry_type: "DOCR", repository: "web", tag: "v1" };
const service = (name: string, more: Json = {}): Json => ({ name, image, instance_count: 1, ...more });
const variable = (key: string, value: unknown, more: Json = {}): Json => ({ key, value, ...more });
const secret = (key: string, value: string): Json => variable(key, { $secret: value }, { type: "SECRET" });
const spec = (services: Json[], more: Json = {}): Json => ({ services, ...more });

interface Pair {
  before: Declaration;
  after: Declaration;
}

const plainSpec = spec([service("web")]);

/** One app for each kind of change; all of them go through the same four commands. */
const apps = (projects: { from: string; to: string }): Record<string, Pair> => {
  const only = (before: Json, after: Json): Pair => ({ before: { spec: before }, after: { spec: after } });
  const web = service("web", { envs: [variable("X", "1"), secret("S", "kept-s3cret")] });
  const api = service("api", { envs: [variable("Y", "1")] });
  return {
    "one-variable": only(
      spec([web]),
      spec([service("web", { envs: [variable("X", "2"), secret("S", "kept-s3cret")] })]),
    ),
    "one-secret": only(
      spec([service("web", { envs: [secret("OLD", "old-s3cret"), secret("S", "kept-s3cret")] })]),
      spec([service("web", { envs: [secret("OLD", "new-s3cret"), secret("S", "kept-s3cret")] })]),
    ),
    inserted: only(spec([web]), spec([api, web])),
    reordered: only(
      spec([web, api], { envs: [variable("A", "1"), variable("B", "2")] }),
      spec([api, service("web", { envs: [secret("S", "kept-s3cret"), variable("X", "1")] })], {
        envs: [variable("B", "2"), variable("A", "1")],
      }),
    ),
    ignored: {
      before: { spec: plainSpec, options: { ignoreChanges: ["spec.services.web.instance_count"] } },
      after: {
        spec: spec([service("web", { instance_count: 3 })]),
        options: { ignoreChanges: ["spec.services.web.instance_count"] },
      },
    },
    redeployed: {
      before: { spec: plainSpec, redeployOn: { commit: "a" } },
      after: { spec: plainSpec, redeployOn: { commit: "b" } },
    },
    "redeployed-afresh": {
      before: { spec: plainSpec, redeployOn: { commit: "a" }, forceBuild: true },
      after: { spec: plainSpec, redeployOn: { commit: "b" }, forceBuild: true },
    },
    "spec-and-redeploy": {
      before: { spec: plainSpec, redeployOn: { commit: "a" }, forceBuild: true },
      after: {
        spec: spec([service("web", { instance_count: 2 })]),
        redeployOn: { commit: "b" },
        forceBuild: true,
      },
    },
    "newest-sources": {
      before: { spec: plainSpec, updateSources: true },
      after: { spec: spec([service("web", { instance_count: 2 })]), updateSources: true },
    },
    "not-waited-for": {
      before: { spec: plainSpec, wait: false },
      after: { spec: spec([service("web", { instance_count: 2 })]), wait: false },
    },
    "only-settings": {
      before: { spec: plainSpec },
      after: { spec: plainSpec, timeouts: { create: "20m", update: "1.5h" }, backup: { directory: "kept" } },
    },
    renamed: only({ ...plainSpec, name: "renamed-before" }, { ...plainSpec, name: "renamed-after" }),
    region: only({ ...plainSpec, region: "nyc" }, { ...plainSpec, region: "fra" }),
    moved: {
      before: { spec: plainSpec, projectId: projects.from },
      after: { spec: plainSpec, projectId: projects.to },
    },
  };
};

interface PreviewStep {
  op: string;
  urn: string;
  detailedDiff: Record<string, { kind: string }> | null;
  diffReasons?: string[];
  newState?: { inputs?: Json };
}

describe("program changes with the real CLI", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let first: Record<string, StateResource>;
  let second: Record<string, StateResource>;
  let diff: CommandResult;
  let steps: Record<string, PreviewStep>;
  let diagnostics: { urn?: string; message: string }[];
  let up: CommandResult;
  /** Writes of the `up` that applies the changes. */
  let made: Record<string, { writes: string[]; bodies: Json[] }>;
  let ids: Record<string, string>;
  /** The lines that a preview shows on a resource's row. With --diff, they appear next to the diff, on another stream. */
  const toldOf = (name: string): string =>
    diagnostics
      .filter(({ urn }) => urn?.endsWith(`::${name}`))
      .map(({ message }) => message)
      .join("\n");
  const NAMES = Object.keys(apps({ from: "", to: "" }));

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    const projects = { from: await newProject("from"), to: await newProject("to") };
    const declared = apps(projects);
    stack = await TestStack.create(emulator);
    const declare = (which: keyof Pair): void =>
      stack.declare(Object.fromEntries(NAMES.map((name) => [name, (declared[name] as Pair)[which]])));

    declare("before");
    await stack.mustUp(["--parallel", "20"]);
    first = stack.resources();
    ids = Object.fromEntries(emulator.apps().map((app) => [app.spec.name, app.id]));

    declare("after");
    diff = succeeded(await stack.run(["preview", "--diff"]));
    assert.deepEqual(writes(emulator), [], "a preview writes nothing");
    const json = JSON.parse(succeeded(await stack.run(["preview", "--json"])).stdout) as {
      steps: PreviewStep[];
      diagnostics: { urn?: string; message: string }[];
    };
    steps = Object.fromEntries(json.steps.map((step) => [step.urn.split("::").at(-1) ?? "", step]));
    diagnostics = json.diagnostics;

    up = succeeded(await stack.up(["--parallel", "20"]));
    second = stack.resources();
    made = Object.fromEntries(
      [...NAMES, "renamed-after"].map((name) => [
        name,
        {
          writes: writes(emulator, name),
          bodies: writeCalls(emulator, name).map(({ body }) => body as Json),
        },
      ]),
    );
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  async function newProject(name: string): Promise<string> {
    const answer = await fetch(`${emulator.url}/v2/projects`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ name, purpose: "Tests" }),
    });
    return ((await answer.json()) as { project: { id: string } }).project.id;
  }

  const deploymentsOf = (name: string): number =>
    emulator.apps().find((app) => app.spec.name === name)?.deployments.length ?? 0;

  const paths = (name: string): string[] => Object.keys(steps[name]?.detailedDiff ?? {}).sort();

  it("changing one variable updates the app once and nothing else", () => {
    assert.deepEqual(made["one-variable"]?.writes, ["PUT /v2/apps/one-variable"]);
    assert.equal(deploymentsOf("one-variable"), 2);
  });

  it("an update sends unchanged secrets back as the ciphertext that the service returned", () => {
    const [body] = made["one-variable"]?.bodies ?? [];
    const [web] = (body as { spec: { services: { envs: { key: string; value: string }[] }[] } }).spec
      .services;
    const values = Object.fromEntries((web?.envs ?? []).map(({ key, value }) => [key, value]));
    assert.equal(values["X"], "2");
    assert.match(values["S"] ?? "", /^EV\[/);
  });

  it("changing one secret sends it in plain text and the others as ciphertext", () => {
    const [body] = made["one-secret"]?.bodies ?? [];
    const [web] = (body as { spec: { services: { envs: { key: string; value: string }[] }[] } }).spec
      .services;
    const values = Object.fromEntries((web?.envs ?? []).map(({ key, value }) => [key, value]));
    assert.equal(values["OLD"], "new-s3cret");
    assert.match(values["S"] ?? "", /^EV\[/);
    assert.deepEqual(paths("one-secret"), ["spec.services.web.envs.OLD.value"]);
  });

  it("preview shows old and new values at their path by name", () => {
    assert.deepEqual(paths("one-variable"), ["spec.services.web.envs.X.value"]);
    const shown = sectionOf(diff.stdout, "one-variable");
    assert.match(shown, /spec: \{\s+~ services: \{\s+~ web: \{\s+~ envs: \{\s+~ X: \{\s+~ value: "1" => "2"/);
    assert.doesNotMatch(shown, /instance_count|image|\bS\b/);
  });

  it("preview reports each changed component and sums up the others in one line", () => {
    const shown = toldOf("inserted");
    assert.match(shown, /\+ api \(service\): create/);
    assert.match(shown, /1 component unchanged/);
  });

  it("inserting a component shows only that component", () => {
    assert.deepEqual(paths("inserted"), ["spec.services.api"]);
    assert.deepEqual(made["inserted"]?.writes, ["PUT /v2/apps/inserted"]);
    const shown = sectionOf(diff.stdout, "inserted");
    assert.match(shown, /\+ api: \{/);
    assert.doesNotMatch(shown, /web: \{/);
  });

  it("reordering lists of named items is not a change", () => {
    assert.equal(steps["reordered"], undefined);
    assert.doesNotMatch(diff.output, /App::reordered\]/);
    assert.deepEqual(made["reordered"]?.writes, []);
  });

  it("ignoreChanges leaves out changes at paths by name", () => {
    assert.equal(steps["ignored"], undefined);
    assert.deepEqual(made["ignored"]?.writes, []);
    assert.equal(
      emulator.apps().find((app) => app.spec.name === "ignored")?.spec.services?.[0]?.instance_count,
      1,
    );
  });

  it("changing only redeployOn starts one deployment of the same spec", () => {
    assert.deepEqual(made["redeployed"]?.writes, ["POST /v2/apps/redeployed/deployments"]);
    assert.notEqual(made["redeployed"]?.bodies[0]?.["force_build"], true);
    assert.equal(deploymentsOf("redeployed"), 2);
  });

  it("changing redeployOn with forceBuild starts a deployment without the build cache", () => {
    assert.deepEqual(made["redeployed-afresh"]?.writes, ["POST /v2/apps/redeployed-afresh/deployments"]);
    assert.deepEqual(made["redeployed-afresh"]?.bodies, [{ force_build: true }]);
  });

  it("changing spec and redeployOn sends one update with the newest sources and warns about the cache", () => {
    assert.deepEqual(made["spec-and-redeploy"]?.writes, ["PUT /v2/apps/spec-and-redeploy"]);
    assert.equal(made["spec-and-redeploy"]?.bodies[0]?.["update_all_source_versions"], true);
    assert.equal(deploymentsOf("spec-and-redeploy"), 2);
    assert.match(toldOf("spec-and-redeploy"), /forceBuild does not apply/);
  });

  it("updates fetch the newest sources only with updateSources", () => {
    assert.equal(made["newest-sources"]?.bodies[0]?.["update_all_source_versions"], true);
    assert.notEqual(made["one-variable"]?.bodies[0]?.["update_all_source_versions"], true);
  });

  it("changing only settings starts no deployment", () => {
    assert.equal(steps["only-settings"]?.op, "update");
    assert.deepEqual(made["only-settings"]?.writes, []);
    assert.equal(deploymentsOf("only-settings"), 1);
    assert.deepEqual(second["only-settings"]?.inputs["timeouts"], { create: "20m", update: "1.5h" });
  });

  it("changing name, region or project happens in place and keeps the id", () => {
    for (const name of ["renamed", "region", "moved"]) {
      assert.equal(steps[name]?.op, "update", name);
      assert.equal(second[name]?.id, first[name]?.id, name);
    }
    assert.deepEqual(made["renamed-after"]?.writes, ["PUT /v2/apps/renamed-after"]);
    assert.equal(second["renamed"]?.id, ids["renamed-before"]);
    assert.deepEqual(made["region"]?.writes, ["PUT /v2/apps/region"]);
    assert.equal(second["region"]?.outputs["region"], "fra");
    const project = second["moved"]?.inputs["projectId"];
    assert.deepEqual(made["moved"]?.writes, [`POST /v2/projects/${String(project)}/resources`]);
    assert.equal(second["moved"]?.outputs["project"], project);
    assert.equal(deploymentsOf("moved"), 1);
    assert.match(up.output, /12 updated/);
  });

  it("pulumi up does not wait for deployments with wait: false", () => {
    const recorded = second["not-waited-for"]?.outputs["__deployment"] as { phase: string };
    assert.deepEqual(made["not-waited-for"]?.writes, ["PUT /v2/apps/not-waited-for"]);
    assert.notEqual(recorded.phase, "ACTIVE");
  });

  it("preview output contains no internals", () => {
    for (const step of Object.values(steps)) {
      const shown = [...Object.keys(step.detailedDiff ?? {}), ...(step.diffReasons ?? [])];
      assert.deepEqual(
        shown.filter((path) => path.includes("__")),
        [],
        step.urn,
      );
      assert.deepEqual(
        Object.keys(step.newState?.inputs ?? {}).filter((key) => key === "__preview" || key === "__file"),
        [],
        step.urn,
      );
    }
    assert.doesNotMatch(JSON.stringify(diagnostics), /__/);
    assert.doesNotMatch(diff.output, /__/);
    assert.doesNotMatch(diff.output, /s3cret|EV\[/);
  });

  it("the next up only records deployments it did not wait for, and the one after has no changes", async () => {
    const again = succeeded(await stack.run(["up", "--yes"]));
    assert.deepEqual(writes(emulator), []);
    assert.match(again.output, new RegExp(`1 updated\\s+${NAMES.length} unchanged`));
    assert.match(linesOf(again.output, "not-waited-for"), /now ACTIVE.*this update/);
    assert.deepEqual(
      hideSecrets(stack.resource("one-variable").inputs),
      hideSecrets(second["one-variable"]?.inputs),
    );
    succeeded(await stack.run(["preview", "--expect-no-changes"]));
  });
});

/** The part of the `--diff` output below a resource's heading. */
function sectionOf(output: string, name: string): string {
  const start = output.indexOf(`App::${name}]`);
  assert.ok(start >= 0, `${name} is not in the output:\n${output}`);
  const end = output.indexOf("pulumi-nodejs:dynamic/app-platform:App: (", start);
  return output.slice(start, end < 0 ? undefined : end);
}
