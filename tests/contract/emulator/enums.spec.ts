import assert from "node:assert/strict";
import type { Shape } from "../../../tools/openapi-facts";
import { shapeOf } from "./facts";
import { bench, type Answer, type Bench } from "./http";

type Step = string | 0;

/** A field of the spec that accepts a fixed set of strings. */
interface EnumField {
  /** As the emulator reports it: `services.0.envs.0.scope`. */
  path: string;
  steps: Step[];
  allowed: unknown[];
}

/** Every such field of a shape; there are no recursive ones. */
function enumsIn(shape: Shape, steps: Step[] = []): EnumField[] {
  const known = shapeOf(shape);
  if (typeof known === "string") return [];
  if ("enum" in known) return [{ path: steps.join("."), steps, allowed: known.enum }];
  if ("list" in known) return enumsIn(known.list, [...steps, 0]);
  if ("fields" in known)
    return Object.entries(known.fields).flatMap(([name, field]) => enumsIn(field, [...steps, name]));
  return [];
}

/** A spec with every kind of component, and a value at one path. */
function specWith({ steps }: EnumField, value: unknown): unknown {
  const image = { registry_type: "DOCKER_HUB", repository: "nginx" };
  const component = (name: string): Record<string, unknown>[] => [{ name, image: { ...image } }];
  const spec: Record<string, unknown> = {
    name: "demo",
    services: component("web"),
    workers: component("mailer"),
    jobs: component("migrate"),
    static_sites: component("site"),
    functions: component("fn"),
    databases: [{ name: "db" }],
    domains: [{ domain: "shop.example.com" }],
  };
  let at = spec;
  steps.forEach((step, index) => {
    const next = steps[index + 1];
    if (next === undefined) at[step] = value;
    else at = (at[step] ??= next === 0 ? [] : { key: "KEY", name: "name" }) as Record<string, unknown>;
  });
  return spec;
}

/** Values that the service's clients know beyond its description. */
const ALSO: Record<string, string[]> = {
  "alerts.0.rule": ["DEPLOYMENT_STARTED", "DEPLOYMENT_CANCELED", "JOB_INVOCATION_FAILED"],
  "services.0.image.registry_type": ["UNSPECIFIED"],
  "services.0.protocol": ["HTTP", "HTTP2"],
  "jobs.0.kind": ["SCHEDULED"],
  "ingress.load_balancer": ["UNKNOWN", "DIGITALOCEAN"],
};

describe("emulator: spec fields with a fixed set of values", () => {
  let b: Bench;
  before(async () => (b = await bench()));
  after(() => b.emulator.close());

  const described = enumsIn("#app_spec");
  const others = Object.entries(ALSO).map(([path, allowed]): EnumField => {
    const steps = path.split(".").map((step): Step => (step === "0" ? 0 : step));
    return { path, steps, allowed };
  });

  it("match those in the description", () => {
    assert.ok(described.length > 20, `${described.length} fields`);
    for (const path of [
      "region",
      "services.0.envs.0.type",
      "jobs.0.kind",
      "databases.0.engine",
      "egress.type",
    ])
      assert.ok(
        described.some((field) => field.path === path),
        path,
      );
  });

  for (const field of [...described, ...others]) {
    it(`${field.path} accepts each of its ${field.allowed.length} values and no other`, async () => {
      const answer = (value: unknown): Promise<Answer> =>
        b.call("POST", "/v2/apps/propose", { spec: specWith(field, value) });
      const named = new RegExp(`"${field.path.replaceAll(".", "\\.")}"`);
      for (const value of ["NONSENSE", 7, ""]) {
        const refused = await answer(value);
        assert.equal(refused.status, 400, `${JSON.stringify(value)}: ${JSON.stringify(refused.body)}`);
        assert.match(refused.body.message, named);
      }
      for (const value of field.allowed) {
        const taken = await answer(value);
        // Other required fields may be missing, but this one must not be reported.
        assert.doesNotMatch(String(taken.body.message), named, String(value));
      }
    });
  }
});
