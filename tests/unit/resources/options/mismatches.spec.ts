import assert from "node:assert/strict";
import { mismatches } from "../../../../provider/resources/options/mismatches";
import { DEPLOYMENT, ROLLBACK } from "../../../../provider/resources/kinds";
import { appProperties } from "../../../../provider/resources/options/named";
import { translateOptions, type PathOption } from "../../../../provider/resources/options/translate";
import { listsToMaps } from "../../../../provider/appspec/lists-by-name";
import { INPUT_KEYS, outputsOf } from "../../../../provider/resources/app/state";
import { UNKNOWN } from "../../../../provider/appspec/unknown";

const args = {
  spec: {
    name: "shop",
    services: [
      { name: "web", image: { repository: "web", tag: "v1" }, envs: [{ key: "LOG_LEVEL", value: "info" }] },
      { name: "api", instance_count: 2 },
    ],
    domains: [{ domain: "shop.example.com" }],
    ingress: { rules: [{ match: { path: { prefix: "/" } } }] },
    zz_new_field: { a: 1 },
  },
  redeployOn: { commit: "1" },
  timeouts: { create: "10m" },
  alertDestinations: [{ component: "web", rule: "CPU_UTILIZATION", emails: ["a@example.com"] }],
};

function warnings(option: PathOption, written: string, held?: object, given: object = args): string[] {
  const form = appProperties().args;
  const program = {
    label: "App",
    args: given,
    form,
    names: [...form.fields.keys()],
    isDeferred: () => false,
  };
  const { paths } = translateOptions({ [option]: [written] }, program);
  const { spec, ...rest } = given as { spec: unknown };
  const byName = { ...rest, spec: listsToMaps(spec) };
  return mismatches(paths, appProperties(), [byName, ...(held ? [held] : [])]);
}

describe("paths of resource options that match nothing", () => {
  it("are distinguished from paths of all arguments and outputs", () => {
    const visible = (names: readonly string[]): string[] =>
      names.filter((name) => !name.startsWith("__")).sort();
    assert.deepEqual([...appProperties().args.fields.keys()].sort(), visible(INPUT_KEYS));
    const outs = outputsOf({ spec: {} }, { id: "a", spec: { name: "shop" } }, undefined);
    const outputs = visible(Object.keys(outs)).filter((name) => name !== "spec");
    assert.deepEqual([...appProperties().outputs].sort(), ["id", "liveSpec", "urn", ...outputs].sort());
  });

  const MISSES: [written: string, ...words: string[]][] = [
    ["spec.services.wbe.instance_count", "spec.services.web.instance_count"],
    ["spec.services.ghost.instance_count", "ghost", "web, api"],
    ["spec.services[2].instance_count", "spec.services has 2 items", "web, api"],
    ["spec.services.web.instace_count", "spec.services.web.instance_count"],
    ["spec.service.web.instance_count", "spec.services.web.instance_count"],
    ["spec.services.web.image.tagg", "spec.services.web.image.tag"],
    ["spec.services.web.envs.LOG_LEVL.value", "spec.services.web.envs.LOG_LEVEL.value"],
    ["spec.services.web.envs[1].value", "1 item", "LOG_LEVEL"],
    ["spec.services.api.envs[0].value", "no items"],
    ["spec.workers[*].instance_count", "spec.workers has no items"],
    ["spec.services[0].name", "identifies"],
    ["spec.services[0].envs[0].key", "identifies"],
    ["spec.domains[0].domain", "identifies"],
    ["spec.domains.example", "shop.example.com"],
    ["spec.ingress.rules[1].match", "1 item"],
    ["spec.ingress.rules.first", "index"],
    ["spec.region.slug", "no properties"],
    ["spec[0]", "not a list"],
    ["services[0].instance_count", "spec.services[0].instance_count"],
    ["region", "spec.region"],
    ["projectID", "projectId"],
    ["redeployOn.comit", "comit"],
    ["timeouts.crate", "timeouts.create"],
    ["nonsense", "nonsense"],
    ["liveUrl", "output"],
    ["liveSpec.region", "output"],
    ["alertDestinations.web", "web/CPU_UTILIZATION"],
    ["spec.services[web]", "double quotes"],
  ];
  for (const [written, ...words] of MISSES)
    it(`include ${written}`, () => {
      for (const option of ["ignoreChanges", "replaceOnChanges"] as const) {
        const [text = "", ...others] = warnings(option, written);
        assert.deepEqual(others, []);
        for (const word of [option, written, ...words]) assert.ok(text.includes(word), `${word}: ${text}`);
      }
    });

  const HITS = [
    "*",
    "spec",
    "spec.*",
    "spec.region",
    "spec.services",
    "spec.services.web",
    "spec.services[1]",
    "spec.services[*].instance_count",
    "spec.services.web.autoscaling",
    "spec.services.web.autoscaling.max_instance_count",
    "spec.services[0].envs.LOG_LEVEL.value",
    "spec.services[0].envs[0]",
    "spec.services[*].envs[0].value",
    "spec.databases",
    'spec.domains["shop.example.com"].zone',
    "spec.ingress.rules[0].match.path.prefix",
    "spec.zz_new_field.a",
    "projectId",
    "redeployOn",
    "redeployOn.commit",
    "timeouts.update",
    "backup.directory",
    "alertDestinations[0].emails",
    "__provider",
  ];
  for (const written of HITS)
    it(`do not include ${written}`, () => {
      for (const option of ["ignoreChanges", "replaceOnChanges"] as const)
        assert.deepEqual(warnings(option, written), []);
    });

  it("do not include paths that only the service has, as after an adoption", () => {
    const held = {
      spec: listsToMaps({ services: [{ name: "web", envs: [{ key: "FLAG" }] }, { name: "old" }] }),
    };
    for (const written of ["spec.services.web.envs.FLAG", "spec.services.old", "spec.services.old.envs"])
      assert.deepEqual(warnings("ignoreChanges", written, held), []);
    assert.equal(warnings("ignoreChanges", "spec.services.web.envs.FLAGS", held).length, 1);
  });

  it("do not include paths whose values are still unknown", () => {
    const given = { spec: { services: UNKNOWN, envs: UNKNOWN, workers: [{ name: "w", envs: UNKNOWN }] } };
    for (const written of ["spec.services.any.image.tag", "spec.envs.ANY.value", "spec.workers.w.envs.ANY"])
      assert.deepEqual(warnings("ignoreChanges", written, undefined, given), []);
    assert.equal(warnings("ignoreChanges", "spec.services.any.imag.tag", undefined, given).length, 1);
    assert.deepEqual(warnings("ignoreChanges", "spec.services.any", undefined, { spec: UNKNOWN }), []);
  });

  it("do not include outputs or any argument path in additionalSecretOutputs", () => {
    for (const written of ["liveUrl", "liveSpec", "spec", "spec.services[0].image", "redeployOn.commit"])
      assert.deepEqual(warnings("additionalSecretOutputs", written), []);
    for (const [written, word] of [
      ["liveSpec.services", "liveSpec"],
      ["liveUlr", "liveUrl"],
      ["spec.services.wbe", "spec.services.web"],
    ] as const)
      assert.ok(warnings("additionalSecretOutputs", written)[0]?.includes(word), written);
  });

  it("include those of Deployment and Rollback", () => {
    const of = (written: string, given: object, named: typeof DEPLOYMENT.properties): string[] => {
      const program = { label: "", args: given, form: named.args, names: [], isDeferred: () => false };
      const { paths } = translateOptions({ ignoreChanges: [written] }, program);
      return mismatches(paths, named, [given]);
    };
    const deployment = { appId: "a", triggers: { commit: "1" } };
    for (const hit of ["triggers", "triggers.commit", "appId", "wait"])
      assert.deepEqual(of(hit, deployment, DEPLOYMENT.properties), []);
    for (const miss of ["trigger", "triggers.comit", "phase", "appId[0]"])
      assert.equal(of(miss, deployment, DEPLOYMENT.properties).length, 1, miss);
    assert.deepEqual(of("deploymentId", { appId: "a" }, ROLLBACK.properties), []);
    assert.equal(of("deploymentID", { appId: "a" }, ROLLBACK.properties).length, 1);
  });
});
