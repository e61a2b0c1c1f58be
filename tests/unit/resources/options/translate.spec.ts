import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { isDeferred } from "../../../../provider/dynamic/inputs";
import { alertInputs } from "../../../../provider/dynamic/alert-inputs";
import { appProperties } from "../../../../provider/resources/options/named";
import { formatPropertyPath, parsePropertyPath } from "../../../../provider/resources/options/property-path";
import { translateOptions, type PathOptions } from "../../../../provider/resources/options/translate";
import { valueAt } from "../../../../provider/appspec/diff";
import { listsToMaps } from "../../../../provider/appspec/lists-by-name";
import { arbitrarySpec } from "../../../helpers/arbitrary-spec";
import { leaves } from "../../../helpers/spec-places";
import { runs } from "../../../helpers/runs";

const NAMES = ["spec", "projectId", "redeployOn"];

const translate = (options: PathOptions, args: unknown) =>
  translateOptions(options, {
    label: 'App "shop"',
    args,
    form: appProperties().args,
    names: NAMES,
    isDeferred,
  });

const ignored = (path: string, args: unknown): string[] =>
  translate({ ignoreChanges: [path] }, args).options.ignoreChanges ?? assert.fail("no paths");

const spec = {
  services: [
    { name: "web", envs: [{ key: "A" }, { key: "dotted.key" }] },
    {
      name: "api",
      alerts: [
        { rule: "CPU_UTILIZATION", operator: "GREATER_THAN", window: "FIVE_MINUTES" },
        { rule: "CPU_UTILIZATION", operator: "LESS_THAN", window: "FIVE_MINUTES" },
      ],
      log_destinations: [{ name: "logs", headers: [{ key: "X-Token", value: "1" }] }],
    },
  ],
  domains: [{ domain: "shop.example.com" }],
  envs: [{ key: "TOP" }],
  ingress: { rules: [{ match: { path: { prefix: "/" } } }, { match: {} }] },
};

describe("paths of resource options", () => {
  const CASES: [written: string, byName: string][] = [
    ["spec.services[1].instance_count", "spec.services.api.instance_count"],
    ["spec.services[0]", "spec.services.web"],
    ["spec.services[0].envs[1].value", 'spec.services.web.envs["dotted.key"].value'],
    ["spec.services.web.envs[0].value", "spec.services.web.envs.A.value"],
    ['spec["services"]["web"].envs', "spec.services.web.envs"],
    [
      "spec.services[1].alerts[1].value",
      "spec.services.api.alerts.CPU_UTILIZATION:LESS_THAN:FIVE_MINUTES.value",
    ],
    [
      "spec.services[1].log_destinations[0].headers[0].value",
      "spec.services.api.log_destinations.logs.headers.X-Token.value",
    ],
    ["spec.domains[0].zone", 'spec.domains["shop.example.com"].zone'],
    ["spec.envs[0].value", "spec.envs.TOP.value"],
    ["spec.ingress.rules[1].match", "spec.ingress.rules[1].match"],
    ["spec.services[0].image.tag", "spec.services.web.image.tag"],
    ["spec.services[*]", "spec.services"],
    ["spec.services[0].envs[*]", "spec.services.web.envs"],
    ["spec.*.*", "spec"],
    ["projectId", "projectId"],
    ["redeployOn.commit", "redeployOn.commit"],
  ];
  for (const [written, byName] of CASES)
    it(`${written} becomes ${byName}`, () => assert.deepEqual(ignored(written, { spec }), [byName]));

  it("a wildcard becomes one path per item", () => {
    assert.deepEqual(ignored("spec.services[*].envs[0].value", { spec }), [
      "spec.services.web.envs.A.value",
      "spec.services.api.envs[0].value",
    ]);
    assert.deepEqual(ignored("*", { spec }), NAMES);
  });

  it("a wildcard in replaceOnChanges is kept, because it also covers removed items", () => {
    const paths = ["spec.services[*].image", "spec.services[*].envs[0].value", "*"];
    assert.deepEqual(
      translate({ replaceOnChanges: paths }, { spec: { services: [spec.services[0]] } }).options,
      {
        replaceOnChanges: ["spec.services[*].image", "spec.services.web.envs.A.value", "*"],
      },
    );
  });

  it("entries of alertDestinations use alert and channel", () => {
    const list = [
      { rule: "DEPLOYMENT_FAILED", emails: ["a@example.com"] },
      { component: "web", rule: "CPU_UTILIZATION", slackWebhooks: [{ channel: "#ops", url: "https://x" }] },
    ];
    assert.deepEqual(
      ignored("alertDestinations[1].slackWebhooks[0].url", { spec, alertDestinations: list }),
      ["alertDestinations.web/CPU_UTILIZATION.slackWebhooks.#ops.url"],
    );
    const place = parsePropertyPath("web/CPU_UTILIZATION.slackWebhooks.#ops");
    assert.ok(!("malformed" in place) && valueAt(alertInputs(list), place) !== undefined);
  });

  it("leaves options without paths unchanged, and drops malformed ones", () => {
    assert.deepEqual(translate({}, { spec }), { options: {}, paths: [] });
    const { options, paths } = translate(
      { replaceOnChanges: ["spec.services[web]", "spec.region"] },
      { spec },
    );
    assert.deepEqual(options, { replaceOnChanges: ["spec.region"] });
    assert.deepEqual(
      paths.map(({ malformed }) => malformed !== undefined),
      [true, false],
    );
  });

  describe("with Outputs in the program", () => {
    const output = pulumi.output("x");
    const UNRESOLVED: Record<string, [path: string, args: object, byName: string]> = {
      "the spec is one": ["spec.services[0].image", { spec: output }, "spec.services[*].image"],
      "the list is one": ["spec.services[0].image", { spec: { services: output } }, "spec.services[*].image"],
      "the list is a promise": [
        "spec.domains[0]",
        { spec: { domains: Promise.resolve([]) } },
        "spec.domains[*]",
      ],
      "an item is one": [
        "spec.services[0].image",
        { spec: { services: [output] } },
        "spec.services[*].image",
      ],
      "a name is one": ["spec.services[0]", { spec: { services: [{ name: output }] } }, "spec.services[*]"],
      "a nested list is one": [
        "spec.services[0].envs[2].value",
        { spec: { services: [{ name: "web", envs: output }] } },
        "spec.services.web.envs[*].value",
      ],
    };
    for (const [what, [path, args, byName]] of Object.entries(UNRESOLVED))
      it(`an index fails, with its path and the form by name, when ${what}`, () => {
        for (const option of ["ignoreChanges", "replaceOnChanges", "additionalSecretOutputs"] as const)
          assert.throws(
            () => translate({ [option]: [path] }, args),
            (error: Error & { errorCode?: string }) =>
              error.errorCode === "invalid-input" &&
              [`App "shop"`, option, path, byName].every((part) => error.message.includes(part)),
          );
      });

    it("names and wildcards are unchanged", () => {
      for (const path of [
        "spec.services.web.image",
        "spec.services[*].image",
        "spec.services.web.envs.A.value",
      ])
        assert.deepEqual(ignored(path, { spec: output }), [path]);
      assert.deepEqual(ignored("spec.services[*].image", { spec: { services: [{ name: output }] } }), [
        "spec.services[*].image",
      ]);
    });

    it("an index into a list with known names works, whatever its items contain", () => {
      const services = [{ name: "web", image: output, envs: [{ key: "A", value: output }] }];
      assert.deepEqual(ignored("spec.services[0].image.tag", { spec: { services } }), [
        "spec.services.web.image.tag",
      ]);
      assert.deepEqual(ignored("spec.services[0].envs[0].value", { spec: { services } }), [
        "spec.services.web.envs.A.value",
      ]);
    });
  });

  it("every path of any spec can be found by its path with indexes", () => {
    fc.assert(
      fc.property(arbitrarySpec, (any) => {
        const byName = listsToMaps(any);
        // The engine cannot parse any form of a backslash before a quote, and an asterisk is a wildcard.
        const places = leaves(any).filter(({ path }) => !path.some((step) => /\\|^\*$/.test(String(step))));
        for (const { path, value } of places) {
          const written = formatPropertyPath(["spec", ...path]);
          const [found, ...others] = ignored(written, { spec: any });
          assert.deepEqual(others, []);
          const steps = parsePropertyPath(found ?? "");
          assert.ok(!("malformed" in steps));
          const naming = ["name", "key", "domain", "rule"].includes(String(path.at(-1)));
          if (!naming) assert.deepEqual(valueAt({ spec: byName }, steps), value, `${written} → ${found}`);
        }
      }),
      { numRuns: runs(12, 60) },
    );
  });
});
