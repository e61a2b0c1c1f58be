import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import type { RunInputs } from "../../../provider/dynamic/hidden-inputs";
import { DeploymentProvider } from "../../../provider/resources/deployment/provider";
import { KnownSecrets } from "../../../provider/secrets/known-secrets";
import type { AppSpec } from "../../../provider/appspec/types";
import type { AppInputs } from "../../../provider/resources/app/state";
import { changed, eachInItsWorld, inputs, SECRET, SHOP, type Made } from "../../helpers/world/provider-world";
import { temporaryFolder } from "../../helpers/temporary-folder";

const withSecret = (value: string): AppSpec =>
  changed((spec) => void Object.assign(spec.services?.[0]?.envs?.[1] ?? {}, { value }));

const KEY = `-----BEGIN PRIVATE KEY-----\n${"c2VjcmV0".repeat(6)}\n${"a2V5a2V5".repeat(6)}\n-----END PRIVATE KEY-----\n`;

describe("secrets in the output of an operation", () => {
  // All output is also searched for SECRET after each test, see eachInItsWorld.
  const world = eachInItsWorld();

  async function failed(spec: AppSpec, log: string[], message = "The build failed."): Promise<string> {
    const reason = { code: "BuildJobExitNonZero", message };
    world.emulator.failNext({ component: "web", step: "build", log, reason });
    return (await world.initFailure(world.create(inputs(spec)))).reasons.join("\n");
  }

  it("are masked in logs and reasons, but not in the failed component's name when it is the same word", async () => {
    const said = await failed(
      withSecret("web"),
      ["password: web", "wrong"],
      "npm login --password web failed",
    );
    assert.match(said, /^web: build failed: BuildJobExitNonZero – npm login --password \*\*\* failed$/m);
    assert.match(said, /password: \*\*\*$/m);
    assert.doesNotMatch(said, /password:? web/);
  });

  it("are masked in the service's rejection of a spec, even if a component has the same name", async () => {
    world.emulator.faults.add({
      method: "POST",
      path: /\/v2\/apps$/,
      fault: {
        status: 422,
        body: { id: "unprocessable_entity", message: 'value "web" of API_TOKEN is too short' },
      },
    });
    const { message } = await world.failure(world.create(inputs(withSecret("web"))));
    assert.match(message, /value "\*\*\*" of API_TOKEN is too short/);
  });

  it("are masked when they span several lines, wherever the log splits them", async () => {
    const said = await failed(withSecret(KEY), [
      "using",
      ...KEY.trim().split("\n"),
      `as ${JSON.stringify(KEY)}`,
    ]);
    for (const line of KEY.trim().split("\n")) assert.ok(!said.includes(line), said);
    assert.match(said, /using/);
  });

  it("are masked in encoded form in a log", async () => {
    const encoded = [
      Buffer.from(`user:${SECRET}`).toString("base64"),
      JSON.stringify(JSON.stringify({ SECRET })),
      encodeURIComponent(SECRET),
    ];
    const said = await failed(
      SHOP,
      encoded.map((text) => `sent ${text}`),
    );
    assert.equal(said.match(/sent/g)?.length, encoded.length);
    for (const text of encoded) assert.ok(!said.includes(text), said);
    assert.ok(!said.includes(Buffer.from(SECRET).toString("base64").slice(0, 12)), said);
  });

  it("are masked by their format when only the service knows them", async () => {
    const said = await failed(SHOP, ["cannot reach postgresql://shop:AVNS_x1y2@db.example:25060/shop"]);
    assert.match(said, /postgresql:\/\/shop:\*\*\*@db\.example:25060/);
  });

  it("are masked by their previous value too, which logs of earlier deployments contain", async () => {
    const made = await world.create();
    const reason = { code: "BuildJobExitNonZero", message: `was ${SECRET}, is other-value` };
    world.emulator.failNext({ component: "web", step: "build", log: [`was ${SECRET}`], reason });
    const { reasons } = await world.initFailure(world.update(made, inputs(withSecret("other-value"))));
    assert.match(reasons.join("\n"), /– was \*\*\*, is \*\*\*/);
    assert.match(reasons.join("\n"), /\| .*was \*\*\*$/m);
  });

  it("are masked in the rejection of an update and in the error's cause", async () => {
    const made = await world.create();
    world.emulator.faults.add({
      method: "PUT",
      fault: { status: 422, body: { id: "unprocessable_entity", message: `bad: ${SECRET}, other-value` } },
    });
    const error = await world.failure(world.update(made, inputs(withSecret("other-value"))));
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      assert.doesNotMatch(`${at.message} ${at.stack} ${JSON.stringify(at)}`, /other-value|hunter2/);
  });
});

/** Inputs from a program in which the values at `places` are Pulumi secrets. */
const marked = (spec: AppSpec, places: (string | number)[][], more: object = {}): AppInputs & RunInputs => ({
  ...inputs(spec, more),
  __secrets: places,
});

describe("Pulumi secrets in fields that are not SECRET in the AppSpec", () => {
  const world = eachInItsWorld();
  const top = temporaryFolder();
  const COMMAND = ["spec", "services", "web", "run_command"];
  const GREETING = ["spec", "services", "web", "envs", "GREETING", "value"];
  const spec = changed((shop) => {
    const [web] = shop.services ?? [];
    assert.ok(web?.envs?.[0]);
    web.run_command = `serve --password ${SECRET}`;
    web.envs[0].value = SECRET;
    delete web.envs[1];
    web.envs.length = 1;
  });

  /** One run of a program with one App: check, and create or update. */
  async function up(made?: Made, news = marked(spec, [COMMAND, GREETING])): Promise<Made> {
    const provider = world.run();
    const { inputs: checked, failures } = await provider.check(made?.outs ?? {}, news);
    assert.deepEqual(failures, []);
    if (!made) return provider.create(checked);
    await provider.diff(made.id, made.outs, checked);
    return { id: made.id, outs: (await provider.update(made.id, made.outs, checked)).outs };
  }

  it("are masked in logs, reasons and recorded errors, with a single warning", async () => {
    const reason = { code: "DeployContainerExitNonZero", message: `cannot log in with ${SECRET}` };
    world.emulator.failNext({ component: "web", step: "build", log: [`password ${SECRET}`], reason });
    const { reasons } = await world.initFailure(up());
    assert.match(reasons.join("\n"), /cannot log in with \*\*\*[^]*password \*\*\*/);
    const warnings = world.messages("warning").filter((text) => text.includes("plain text"));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /run_command, spec\.services\.web\.envs\.GREETING\.value/);
  });

  it("are recorded in the state by path, never by value, through a refresh and a failed update", async () => {
    const made = await up();
    assert.deepEqual(made.outs.__secrets, [COMMAND, GREETING]);
    const { props, inputs: read } = await world.run().read(made.id, made.outs);
    assert.deepEqual(props?.__secrets, [COMMAND, GREETING]);
    assert.ok(read && !Object.hasOwn(read, "__secrets"));
    world.emulator.failNext({ component: "web", step: "deploy", log: [] });
    const fewer = changed((shop) => delete shop.services?.[0]?.run_command, spec);
    const failed = await world.initFailure(up(made, marked(fewer, [GREETING])));
    assert.deepEqual(failed.made.outs.__secrets, [GREETING, COMMAND]);
  });

  it("are masked in the output of a Deployment of the same app, also after a refresh only", async () => {
    const made = await up();
    for (const know of [() => up(made), () => world.run().read(made.id, made.outs)]) {
      world.knownSecrets = new KnownSecrets();
      await know();
      const lines = [`password ${SECRET}`];
      world.emulator.failNext({ component: "web", step: "build", log: lines });
      const deployments = new DynamicProvider(new DeploymentProvider(world.deps()));
      const { reasons } = await world.initFailure(deployments.create({ appId: made.id }));
      assert.match(reasons.join("\n"), /password \*\*\*/);
    }
  });

  it("are masked when the service rejects a spec, in previews and updates", async () => {
    const made = await up();
    const news = marked(
      changed((shop) => void (shop.region = "fra"), spec),
      [COMMAND, GREETING],
      {},
    );
    world.emulator.faults.add({
      method: "PUT",
      fault: { status: 422, body: { id: "unprocessable_entity", message: `bad: "${SECRET}"` } },
    });
    assert.match((await world.failure(up(made, news))).message, /bad: "\*\*\*"/);
    world.emulator.faults.add({
      path: /propose$/,
      fault: { status: 422, body: { id: "unprocessable_entity", message: `bad: "${SECRET}"` } },
    });
    const preview = world.run();
    const { inputs: checked } = await preview.check(made.outs, { ...news, __preview: true });
    assert.match((await world.failure(preview.diff(made.id, made.outs, checked))).message, /bad: "\*\*\*"/);
  });

  it("are recorded once, by an update without a write, when only the marking is new, and never in older states", async () => {
    const made = await up(undefined, marked(spec, [COMMAND]));
    world.emulator.clearCalls();
    const provider = world.run();
    const { inputs: checked } = await provider.check(made.outs, marked(spec, [COMMAND, GREETING]));
    assert.deepEqual(await provider.diff(made.id, made.outs, checked), { changes: true });
    assert.match(world.messages("info").join("\n"), /Encrypted in the state from now on: .*GREETING\.value/);
    const { outs } = await provider.update(made.id, made.outs, checked);
    assert.deepEqual(world.writes, []);
    assert.deepEqual(outs.__secrets, [COMMAND, GREETING]);
    assert.deepEqual(await provider.diff(made.id, outs, checked), { changes: false });
    const { __secrets: _unknown, ...before } = made.outs;
    assert.deepEqual(await provider.diff(made.id, before, checked), { changes: false });
  });

  it("are omitted from the backup at deletion, which lists them", async () => {
    const directory = join(top.path, "backups");
    const made = await up();
    await world.run().delete(made.id, { ...made.outs, backup: { directory } });
    const text = readFileSync(join(directory, readdirSync(directory)[0] ?? ""), "utf8");
    assert.ok(!text.includes(SECRET));
    assert.doesNotMatch(text, /Warning/);
    for (const address of ["web.GREETING", "spec.services.web.run_command"])
      assert.ok(text.includes(JSON.stringify(address)) && world.shown.includes(address), address);
  });

  it("may be in the backup of an app whose state does not list them, with a warning in its header", async () => {
    const directory = join(top.path, "backups");
    const { id, outs } = await world.create(inputs(changed((shop) => void shop.services?.[0]?.envs?.pop())));
    assert.ok(!Object.hasOwn(outs, "__secrets"));
    await world.run().delete(id, { ...outs, backup: { directory } });
    const text = readFileSync(join(directory, readdirSync(directory)[0] ?? ""), "utf8");
    assert.match(text, /^# Warning: .*secrets/m);
    assert.match(world.messages("warning").join("\n"), /may contain secrets/);
  });
});
