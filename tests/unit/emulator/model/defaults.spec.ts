import assert from "node:assert/strict";
import fc from "fast-check";
import { withDefaults } from "../../../../emulator/model/defaults";
import type { Spec } from "../../../../emulator/model/spec";

describe("emulator: server defaults", () => {
  const spec: Spec = {
    name: "demo",
    services: [
      { name: "web", github: { repo: "a/b", deploy_on_push: false } },
      {
        name: "api",
        git: {},
        autoscaling: { min_instance_count: 1, max_instance_count: 3 },
        routes: [{ path: "/api" }],
      },
    ],
    static_sites: [{ name: "docs", git: {} }],
    jobs: [{ name: "migrate", git: {} }],
    databases: [{ name: "db" }],
  };

  it("leaves a spec that already has them unchanged", () => {
    const once = withDefaults(spec);
    assert.deepEqual(withDefaults(once), once);
  });

  it("adds neither a public port nor a rule to a service with internal ports only", () => {
    const { services, ingress } = withDefaults({
      name: "demo",
      services: [
        { name: "cache", git: {}, internal_ports: [6379] },
        { name: "web", git: {} },
      ],
    });
    assert.deepEqual(
      services?.map(({ http_port: port }) => port),
      [undefined, 8080],
    );
    assert.deepEqual(
      ingress?.rules?.map(({ component, match }) => [component?.name, match?.path?.prefix]),
      [["web", "/"]],
    );
  });

  it("does not modify its input", () => {
    const copy = structuredClone(spec);
    withDefaults(spec);
    assert.deepEqual(spec, copy);
  });

  it("routes the root to the first component without routes, and paths to the others", () => {
    const rules = withDefaults(spec).ingress?.rules?.map((rule) => [
      rule.component?.name,
      rule.match?.path?.prefix,
    ]);
    assert.deepEqual(rules, [
      ["web", "/"],
      ["api", "/api"],
      ["docs", "/docs"],
    ]);
  });

  it("moves a component's cors to its rules", () => {
    const cors = { allow_methods: ["GET"] };
    const routes = [{ path: "/a" }, { path: "/b" }];
    const full = withDefaults({ name: "demo", services: [{ name: "web", git: {}, cors, routes }] });
    assert.deepEqual(
      full.ingress?.rules?.map((rule) => rule.cors),
      [cors, cors],
    );
    assert.ok(!("cors" in (full.services?.[0] ?? {})));
  });

  it("keeps an empty path prefix", () => {
    const rules = [{ match: { path: { prefix: "" } }, component: { name: "web" } }];
    assert.deepEqual(withDefaults({ ...spec, ingress: { rules } }).ingress?.rules, rules);
  });

  it("sets an instance count only if asked to, and never next to autoscaling", () => {
    const counts = (fill?: { fillInstanceCount: boolean }): unknown[] =>
      (withDefaults(spec, fill).services ?? []).map(({ instance_count: count }) => count);
    assert.deepEqual(counts(), [undefined, undefined]);
    assert.deepEqual(counts({ fillInstanceCount: true }), [1, undefined]);
  });

  it("sets a size unless told not to", () => {
    const size = (fill?: { omitSize: boolean }): unknown =>
      withDefaults({ name: "demo", services: [{ name: "web", git: {} }] }, fill).services?.[0]
        ?.instance_size_slug;
    assert.deepEqual([size(), size({ omitSize: true })], ["apps-s-1vcpu-0.5gb", undefined]);
  });

  it("omits the type GENERAL of a variable, or keeps it, and always keeps SECRET", () => {
    const envs = [{ key: "A", type: "GENERAL" }, { key: "B", type: "SECRET" }, { key: "C" }];
    const types = (fill?: { keepGeneralType: boolean }): unknown[] => {
      const full = withDefaults({ name: "demo", envs, services: [{ name: "web", git: {}, envs }] }, fill);
      const all = [...(full.envs ?? []), ...(full.services?.[0]?.envs ?? [])];
      return all.map(({ type }) => type);
    };
    const twice = (one: unknown[]): unknown[] => [...one, ...one];
    assert.deepEqual(types(), twice([undefined, "SECRET", undefined]));
    assert.deepEqual(types({ keepGeneralType: true }), twice(["GENERAL", "SECRET", undefined]));
  });

  it("completes jobs, adds no database version and no alerts, and omits a false flag", () => {
    const full = withDefaults(spec);
    assert.equal(full.jobs?.[0]?.kind, "POST_DEPLOY");
    assert.deepEqual(full.databases, [{ name: "db", engine: "PG" }]);
    assert.equal(full.alerts, undefined);
    assert.deepEqual(full.services?.[0]?.github, { repo: "a/b" });
  });

  it("keeps fields it does not know", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const known = JSON.parse(JSON.stringify(value)) as unknown;
        const full = withDefaults({
          ...spec,
          services: [{ name: "web", git: {}, novel: value }],
          fresh: value,
        });
        assert.deepEqual([full.fresh, full.services?.[0]?.novel], [known, known]);
      }),
    );
  });
});
