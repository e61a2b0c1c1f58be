import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { valueAt, type Path } from "../../../provider/appspec/diff";
import { isPlainObject } from "../../../provider/appspec/lists-by-name";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { DEPLOYMENT, ROLLBACK } from "../../../provider/resources/kinds";
import { appProperties } from "../../../provider/resources/options/named";
import { fromWire, Hidden } from "../../../plugin/values/wire";
import { runs } from "../../helpers/runs";
import { eachInItsWorld, SHOP } from "../../helpers/world/provider-world";
import { PluginClient, PLUGIN_URN, secret, type Wire } from "../../helpers/world/plugin-world";

const RUNS = runs(60, 300);
/** The program marks it as secret wherever it appears. */
const HIDDEN = "hunter9-that-the-program-marks";
const SIGNATURE = "4dabf18193072939515e22adb298388d";

const VALUES: readonly unknown[] = [
  ...[null, "", " ", 0, -1, 1e300, true, [], {}, [[]], [null], UNKNOWN, "__proto__", "x".repeat(20_000)],
  ...[secret(UNKNOWN), secret(HIDDEN), secret({ a: HIDDEN }), secret([HIDDEN]), { a: [secret(HIDDEN)] }],
  // An output of which nothing is known, an asset, and a reference to a resource.
  { [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" },
  { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "hello" },
  { [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:pulumi:x", id: "y" },
  JSON.parse('{"__proto__": {"a": 1}, "constructor": "x", "toString": 1, "valueOf": 1}'),
  "a\u0000b\n\u001b[31m::error::x",
  { 'a.b["c"]\n': 1, "": 2 },
];

const SPEC = parse(readFileSync(join(__dirname, "../../fixtures/specs/everything.yaml"), "utf8")) as Wire;

const placesIn = (value: unknown, path: Path = []): Path[] =>
  typeof value !== "object" || value === null
    ? [path]
    : [
        path,
        ...Object.entries(value).flatMap(([key, inner]) =>
          placesIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ];

function put(value: unknown, [step, ...rest]: Path, odd: unknown): unknown {
  if (step === undefined) return odd;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Wire;
  copy[step as string] = put(valueAt(value, [step]), rest, odd);
  return copy;
}

/** What Pulumi stores and shows in plain text. */
function open(wire: unknown): unknown {
  const walk = (at: unknown): unknown => {
    if (at instanceof Hidden) return undefined;
    if (Array.isArray(at)) return at.map(walk);
    if (!isPlainObject(at)) return at;
    return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(fromWire(wire));
}

const urnOf = (kind: string): string => PLUGIN_URN.replace("App::shop", `${kind}::one`);

describe("any value in any argument of the plugin's resources", function () {
  this.timeout(300_000);
  const world = eachInItsWorld();
  let plugin: PluginClient;
  beforeEach(async () => {
    plugin = await PluginClient.start(world);
  });
  afterEach(() => plugin.close());

  /** Checks it, and previews its creation if nothing is wrong. */
  async function tried(args: Wire, urn = PLUGIN_URN): Promise<void> {
    const { inputs, failures } = await plugin.check(args, {}, urn);
    const parts: unknown[] = [failures, open(inputs)];
    if (failures.length === 0) {
      const made = await plugin
        .create(inputs, { preview: true, urn })
        .catch((error: unknown) => String(error));
      parts.push(typeof made === "string" ? made : open(made.outs));
      if (typeof made !== "string" && urn === PLUGIN_URN)
        assert.ok(
          !(fromWire(made.outs["spec"]) instanceof Hidden),
          "the output spec is not secret as a whole",
        );
    } else parts.pop();
    const text = JSON.stringify(parts);
    assert.ok(!text.includes(HIDDEN), text.slice(0, 2_000));
    const shown = [JSON.stringify(failures), parts[2], ...world.messages()].filter(
      (one) => typeof one === "string",
    );
    for (const one of shown)
      assert.doesNotMatch(one, /TypeError|RangeError|Cannot |is not a function|\[object|\bNaN\b|04da6b54/);
  }

  const values = fc.constantFrom(...VALUES);

  it("of a spec is accepted or rejected with a reason, and hides what is secret", async () => {
    const places = fc.constantFrom(...placesIn(SPEC));
    const property = fc.asyncProperty(places, values, (path, odd) =>
      tried({ spec: put(SPEC, path, odd), propose: false } as Wire),
    );
    await fc.assert(property, { numRuns: RUNS });
  });

  it("besides the spec is accepted or rejected with a reason, and hides what is secret", async () => {
    const app = [...appProperties().args.fields.keys(), "specFile", "secrets"];
    const cases = [
      ...app.map((name) => ({ urn: PLUGIN_URN, name, args: name === "specFile" ? {} : { spec: SHOP } })),
      ...[DEPLOYMENT, ROLLBACK].flatMap(({ name: kind, args: { fields } }) =>
        [...fields.keys()].map((name) => ({
          urn: urnOf(kind),
          name,
          args: { appId: UNKNOWN, ...(kind === "Deployment" && { triggers: { a: 1 } }) },
        })),
      ),
    ];
    const property = fc.asyncProperty(fc.constantFrom(...cases), values, ({ urn, name, args }, odd) =>
      tried({ ...args, [name]: odd } as Wire, urn),
    );
    await fc.assert(property, { numRuns: RUNS });
  });

  it("that is secret as a whole leaves only its own values secret in the outputs", async () => {
    for (const path of [
      [],
      ["services"],
      ["services", 0],
      ["services", 0, "name"],
      ["services", 0, "envs"],
      ["name"],
    ]) {
      world.emulator.reset();
      const spec = put(SHOP, path, secret(valueAt(SHOP, path))) as Wire;
      const made = await plugin.up({ spec });
      for (const name of ["spec", "liveSpec"])
        assert.ok(!(fromWire(made.outs[name]) instanceof Hidden), `${name} with secret ${path.join(".")}`);
      assert.equal(typeof made.outs["activeDeploymentId"], "string");
      assert.equal(typeof made.outs["phase"], "string");
      const { inputs, failures } = await plugin.check({ spec }, made.inputs);
      assert.deepEqual(failures, []);
      assert.equal((await plugin.diff(made, inputs)).isChanged, false);
      // With ignoreChanges, the engine passes values of the state.
      const ignoring = await plugin.check({ spec: made.inputs["spec"] } as Wire, made.inputs);
      assert.deepEqual(ignoring.failures, []);
      assert.deepEqual(
        await plugin.diff(made, ignoring.inputs),
        { isChanged: false, paths: [], replaces: [] },
        path.join("."),
      );
    }
  });
});
