import assert from "node:assert/strict";
import fc from "fast-check";
import { formatPropertyPath, parsePropertyPath } from "../../../../provider/resources/options/property-path";

describe("property paths", () => {
  const READ: [text: string, path: (string | number)[]][] = [
    ["spec", ["spec"]],
    ["*", ["*"]],
    ["spec.services[0].instance_count", ["spec", "services", 0, "instance_count"]],
    ["spec.services[*].envs", ["spec", "services", "*", "envs"]],
    ["spec.services.*.envs", ["spec", "services", "*", "envs"]],
    ['spec.services["web"].image', ["spec", "services", "web", "image"]],
    ['spec["services"][12]["image"].tag', ["spec", "services", 12, "image", "tag"]],
    ['["spec"].domains["shop.example.com"]', ["spec", "domains", "shop.example.com"]],
    ['spec.envs["a \\"quoted\\" ]"].value', ["spec", "envs", 'a "quoted" ]', "value"]],
    ["spec.my-service.[0]", ["spec", "my-service", 0]],
    ["spec.alerts.CPU:GREATER_THAN", ["spec", "alerts", "CPU:GREATER_THAN"]],
  ];
  for (const [text, path] of READ)
    it(`parses ${text} like the engine`, () => assert.deepEqual(parsePropertyPath(text), path));

  for (const text of [
    "",
    ".spec",
    "spec.",
    "spec[",
    "spec[web]",
    "spec[-1]",
    'spec["web',
    'spec["web"',
    "spec[1",
  ])
    it(`rejects ${JSON.stringify(text)} as malformed`, () => {
      const read = parsePropertyPath(text);
      assert.ok("malformed" in read && read.malformed !== "");
    });

  it("parses every path that it formats", () => {
    // The engine cannot parse any form of a backslash before a quote.
    const name = fc.string({ minLength: 1 }).filter((text) => text !== "*" && !text.includes("\\"));
    const path = fc.array(fc.oneof(name, fc.nat(), fc.constant("*")), { minLength: 1 });
    fc.assert(
      fc.property(path, (steps) => assert.deepEqual(parsePropertyPath(formatPropertyPath(steps)), steps)),
    );
  });
});
