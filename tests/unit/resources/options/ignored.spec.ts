import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isIgnored,
  keepIgnored,
  keepIgnoredSpec,
  unite,
  withoutIgnored,
} from "../../../../provider/resources/options/ignored";
import { changes, valueAt, type Path } from "../../../../provider/appspec/diff";
import { listsToMaps } from "../../../../provider/appspec/lists-by-name";
import { arbitrarySpec } from "../../../helpers/arbitrary-spec";
import { runs } from "../../../helpers/runs";

const web = (more: object): object => ({
  services: { web: { image: { tag: "v1" }, instance_count: 1, ...more } },
});

describe("ignoreChanges", () => {
  const COUNT = ["services", "web", "instance_count"];
  const CASES: { name: string; paths: Path[]; wanted: unknown; held: unknown; kept: unknown }[] = [
    {
      name: "a value",
      paths: [COUNT],
      wanted: web({}),
      held: web({ instance_count: 3 }),
      kept: web({ instance_count: 3 }),
    },
    {
      name: "an absence",
      paths: [COUNT],
      wanted: web({}),
      held: { services: { web: {} } },
      kept: { services: { web: { image: { tag: "v1" } } } },
    },
    {
      name: "what only the service has",
      paths: [["services", "web", "autoscaling"]],
      wanted: web({}),
      held: web({ autoscaling: { max: 3 } }),
      kept: web({ autoscaling: { max: 3 } }),
    },
    {
      name: "an item that only the service has",
      paths: [["services", "web", "envs", "FLAG"]],
      wanted: web({}),
      held: web({ envs: { FLAG: { value: "1" } } }),
      kept: web({ envs: { FLAG: { value: "1" } } }),
    },
    {
      name: "the absence of an item",
      paths: [["services", "web", "envs", "FLAG"]],
      wanted: web({ envs: { FLAG: {}, A: {} } }),
      held: web({}),
      kept: web({ envs: { A: {} } }),
    },
    {
      name: "the whole spec",
      paths: [[]],
      wanted: web({}),
      held: { name: "other" },
      kept: { name: "other" },
    },
    {
      name: "every item by a wildcard",
      paths: [["services", "*", "instance_count"]],
      wanted: web({}),
      held: web({ instance_count: 3 }),
      kept: web({ instance_count: 3 }),
    },
    {
      name: "an item of a list without names",
      paths: [["rules", 0]],
      wanted: { rules: ["a", "b"] },
      held: { rules: ["x"] },
      kept: { rules: ["x", "b"] },
    },
    {
      name: "the program's value in a new component",
      paths: [COUNT],
      wanted: web({}),
      held: { services: {} },
      kept: web({}),
    },
    {
      name: "the program's value in a new map",
      paths: [["services", "web", "image", "tag"]],
      wanted: web({}),
      held: { services: { web: {} } },
      kept: web({}),
    },
    {
      name: "nothing of a component that the program removes",
      paths: [COUNT],
      wanted: { services: { api: {} } },
      held: web({}),
      kept: { services: { api: {} } },
    },
    {
      name: "nothing in a map that the program removes",
      paths: [["services", "web", "autoscaling", "max"]],
      wanted: web({}),
      held: web({ autoscaling: { max: 3 } }),
      kept: web({}),
    },
    {
      name: "the program's value where there is no app",
      paths: [[], COUNT],
      wanted: web({}),
      held: undefined,
      kept: web({}),
    },
  ];
  for (const { name, paths, wanted, held, kept } of CASES)
    it(`keeps ${name}`, () => assert.deepEqual(keepIgnored(wanted, held, paths), kept));

  it("keeps ignored paths and changes nothing else for any two specs", () => {
    const two = fc.tuple(arbitrarySpec, arbitrarySpec).map((specs) => specs.map((spec) => listsToMaps(spec)));
    fc.assert(
      fc.property(two, fc.nat(), ([wanted, held], pick) => {
        const differing = changes(wanted, held).map(({ path }) => path);
        const path = differing[pick % Math.max(differing.length, 1)];
        if (path === undefined) return;
        const kept = keepIgnored(wanted, held, [path]);
        assert.deepEqual(valueAt(kept, path), valueAt(held, path));
        for (const change of changes(wanted, kept))
          assert.ok(isIgnored(change.path, [path]), String(change.path));
        assert.deepEqual(keepIgnored(kept, held, [path]), kept);
      }),
      { numRuns: runs(40, 200) },
    );
  });
});

describe("a component with autoscaling or a fixed count", () => {
  const spec = (list: string, more: object): object => ({ [list]: { web: more } });
  const scaled = { autoscaling: { max_instance_count: 3 } };
  for (const list of ["services", "workers"])
    for (const field of ["autoscaling", "instance_count"]) {
      const paths: Path[] = [[list, "*", field]];
      const [wanted, held] =
        field === "autoscaling" ? [{ instance_count: 1 }, scaled] : [scaled, { instance_count: 2 }];
      it(`${list}: has autoscaling only when ${field} is ignored and both would be set`, () =>
        assert.deepEqual(keepIgnoredSpec(spec(list, wanted), spec(list, held), paths), spec(list, scaled)));
    }

  it("matches the program when neither is ignored", () => {
    const both = spec("services", { ...scaled, instance_count: 1 });
    assert.deepEqual(keepIgnoredSpec(both, spec("services", scaled), [["services", "web", "image"]]), both);
  });

  it("shows no change of its count when ignored autoscaling has replaced it", () => {
    const [then, now] = [spec("services", { instance_count: 1 }), spec("services", scaled)];
    assert.deepEqual(withoutIgnored(now, then, [["services", "web", "autoscaling"]]), then);
    assert.deepEqual(withoutIgnored(now, then, []), now);
  });
});

describe("isIgnored", () => {
  it("is true for a path and everything inside it", () => {
    const paths: Path[] = [["spec", "services", "*", "envs"], ["projectId"]];
    for (const path of [
      ["projectId"],
      ["spec", "services", "web", "envs"],
      ["spec", "services", "web", "envs", "A"],
    ])
      assert.ok(isIgnored(path, paths));
    for (const path of [
      ["spec"],
      ["spec", "services", "web"],
      ["spec", "services", "web", "image"],
      ["adopt"],
    ])
      assert.ok(!isIgnored(path, paths));
  });
});

describe("unite", () => {
  it("has the values of both sides, and the first side's where both have one", () => {
    const first = { a: 1, list: [1], map: { x: 1 } };
    const second = { a: 2, b: 2, list: [1, 2], map: { x: 2, y: 2 } };
    assert.deepEqual(unite(first, second), { a: 1, b: 2, list: [1], map: { x: 1, y: 2 } });
    assert.deepEqual([unite(undefined, second), unite(first, undefined)], [second, first]);
  });
});
