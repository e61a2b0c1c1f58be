import assert from "node:assert/strict";
import fc from "fast-check";
import { changes } from "../../../provider/appspec/diff";
import { adoptable, comparable, covers, filledIn } from "../../../provider/appspec/covers";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import { normalizeScalars } from "../../../provider/appspec/coerce-scalars";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { withDefaults } from "../../../emulator/model/defaults";
import type { Spec } from "../../../emulator/model/spec";
import { appSpecs } from "../../helpers/world/app-specs";
import { arbitrarySpec } from "../../helpers/arbitrary-spec";

describe("covers and adoptable", () => {
  const EV = "EV[1:abc:def]";
  const web = (more: object): unknown => listsToMaps({ name: "shop", services: [{ name: "web", ...more }] });
  const secret = (value: string): unknown => web({ envs: [{ key: "T", value, type: "SECRET" }] });

  it("hold for any spec and itself, with any additions of the service", () => {
    fc.assert(
      fc.property(appSpecs, (spec) => {
        const keyed = listsToMaps(spec) as Record<string, unknown>;
        assert.ok(covers(keyed, keyed) && adoptable(keyed, keyed));
        assert.ok(
          covers({ ...keyed, features: ["x"] }, keyed) && adoptable({ ...keyed, features: ["x"] }, keyed),
        );
      }),
    );
  });

  it("detect a different or missing value", () => {
    for (const judge of [covers, adoptable]) {
      assert.ok(!judge(web({ instance_count: 1 }), web({ instance_count: 2 })));
      assert.ok(!judge(web({}), web({ instance_count: 2 })));
      assert.ok(!judge(listsToMaps({ name: "shop" }), web({})));
    }
  });

  it("detect a missing named item, even if it has only a name", () => {
    for (const item of [
      { domains: [{ domain: "a.com" }] },
      { databases: [{ name: "db" }] },
      { envs: [{ key: "A", value: "" }] },
    ])
      for (const held of [
        { name: "shop" },
        { name: "shop", domains: [{ domain: "b.com" }], databases: [], envs: [] },
      ])
        for (const judge of [covers, adoptable])
          assert.ok(
            !judge(listsToMaps(held), listsToMaps({ name: "shop", ...item })),
            JSON.stringify([held, item]),
          );
  });

  it("let the service omit redundant values and move routes", () => {
    const wanted = web({
      instance_count: 0,
      envs: [],
      http_port: null,
      routes: [{ path: "/" }],
      cors: { x: 1 },
    });
    assert.ok(covers(web({}), wanted) && adoptable(web({}), wanted));
  });

  it("are completed with what the service fills in or omits, but not with items that somebody added", () => {
    const then = web({ instance_count: 0, dockerfile_path: "", run_command: "start" });
    const now = web({
      instance_count: 1,
      run_command: "stop",
      http_port: 8080,
      envs: [{ key: "A", value: "1" }],
    });
    assert.deepEqual(filledIn(then, now), web({ instance_count: 1, run_command: "start", http_port: 8080 }));
  });

  it("differ on secrets: covers accepts any ciphertext, adoptable does not", () => {
    assert.ok(covers(secret(EV), secret("clear")));
    assert.ok(!adoptable(secret(EV), secret("clear")));
    assert.ok(!covers(secret("other"), secret("clear")));
  });

  it("differ on additions: adoptable rejects an extra variable or component", () => {
    const more = listsToMaps({ name: "shop", services: [{ name: "web" }, { name: "stray" }] });
    assert.ok(covers(more, web({})));
    assert.ok(!adoptable(more, web({})));
    const variable = web({
      envs: [
        { key: "A", value: "1" },
        { key: "STRAY", value: "2" },
      ],
    });
    assert.ok(!adoptable(variable, web({ envs: [{ key: "A", value: "1" }] })));
  });
});

describe("the comparison of a program with an imported app", () => {
  const web = (more: object): unknown => listsToMaps({ name: "shop", services: [{ name: "web", ...more }] });
  const DEFAULTS = { instance_count: 1, instance_size_slug: "apps-s-1vcpu-0.5gb", http_port: 8080 };
  const paths = (held: unknown, wanted: unknown): string[] =>
    changes(comparable(held, wanted), wanted).map(({ path, kind }) => `${kind} ${path.join(".")}`);

  it("finds no difference if the program has the spec that created the app", () =>
    fc.assert(
      fc.property(arbitrarySpec, (given) => {
        const spec = JSON.parse(JSON.stringify(given)) as typeof given;
        for (const fillInstanceCount of [false, true]) {
          const stored = withDefaults(normalizeScalars(spec) as unknown as Spec, { fillInstanceCount });
          const held = listsToMaps(stored);
          assert.deepEqual(paths(held, listsToMaps(spec)), []);
          assert.ok(adoptable(held, listsToMaps(spec)));
        }
      }),
    ));

  it("finds the program's changes and ignores the service's defaults", () => {
    const held = web({ ...DEFAULTS, run_command: "old" });
    assert.deepEqual(paths(held, web({ run_command: "new" })), ["change services.web.run_command"]);
  });

  it("ignores a field that the program omits if nothing else changes", () =>
    assert.deepEqual(paths(web({ ...DEFAULTS, instance_count: 3 }), web({})), []));

  it("finds what an update resets or removes in addition to the program's changes", () => {
    const held = listsToMaps({
      name: "shop",
      services: [{ name: "web", ...DEFAULTS, instance_count: 3 }],
      databases: [{ name: "db" }],
    });
    assert.deepEqual(paths(held, web({ run_command: "new" })).sort(), [
      "add services.web.run_command",
      "remove databases",
      "remove services.web.instance_count",
    ]);
  });

  it("reports no loss for an update that depends on a value not known yet", () => {
    const held = web({ ...DEFAULTS, instance_count: 3, run_command: "old" });
    assert.deepEqual(paths(held, web({ run_command: UNKNOWN })), ["change services.web.run_command"]);
  });
});
