import assert from "node:assert/strict";
import { describeProblem } from "../../../provider/appspec/describe";
import { mapsToLists, samePlace, listsToMaps } from "../../../provider/appspec/lists-by-name";
import { parseSpec } from "../../../provider/appspec/parse";

const FILE = `name: shop
services:
  - name: web
    http_port: 99999999
    envs:
      - key: Z
        value: one
      - key: A
        value: two
  - name: api
ingress:
  rules:
    - match: {}
    - match: {}
`;

/** Pulumi hands maps over with their keys sorted. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

describe("a place in a spec with reordered lists", () => {
  const file = parseSpec(FILE, { file: "app.yaml" });
  const spec = mapsToLists(sorted(listsToMaps(file.spec)));

  it("is found by the names of the items", () => {
    assert.deepEqual(samePlace(["services", 1, "http_port"], spec, file.spec), ["services", 0, "http_port"]);
    assert.deepEqual(samePlace(["services", 1, "envs", 0, "value"], spec, file.spec), [
      "services",
      0,
      "envs",
      1,
      "value",
    ]);
  });

  it("keeps its index in lists without names", () => {
    assert.deepEqual(samePlace(["ingress", "rules", 1, "match"], spec, file.spec), [
      "ingress",
      "rules",
      1,
      "match",
    ]);
  });

  it("is unchanged if it does not exist", () => {
    assert.deepEqual(samePlace(["services", 7, "name"], spec, file.spec), ["services", 7, "name"]);
    assert.deepEqual(samePlace(["services", 0], spec, undefined), ["services", 0]);
  });

  it("is reported with its line in the file", () => {
    const problem = {
      severity: "error",
      code: "range",
      path: ["services", 1, "http_port"],
      message: "is too large",
    } as const;
    const text = describeProblem({ ...problem, path: [...problem.path] }, spec, {
      ...file,
      file: "app.yaml",
    });
    assert.match(
      text,
      /^spec\.services\.web\.http_port: is too large \(app\.yaml:4:5\)\n.*http_port: 99999999/,
    );
  });
});
