import assert from "node:assert/strict";
import { withPlace } from "../../../plugin/resources/failure-places";
import { appProperties } from "../../../provider/resources/options/named";

const args = {
  spec: {
    name: "shop",
    services: [
      { name: "api", envs: [{ key: "A" }, { key: "MODE" }] },
      { name: "web", envs: [{ key: "B" }], ports: [80] },
    ],
    domains: [{ domain: "example.com" }, { domain: "www.example.com" }],
    ingress: { rules: [{ match: {} }] },
  },
  wait: "yes",
  backup: { directory: 7 },
  alertDestinations: "https://hooks.slack.example/s3cret",
};
const destinations = [{ rule: "DOMAIN_FAILED" }, { component: "web", rule: "CPU_UTILIZATION" }];

describe("the place of a check failure", () => {
  const { args: form } = appProperties();
  const placed = (reason: string) => withPlace({ property: "", reason }, args, form);

  for (const [place, property] of [
    ["spec.services.web.instace_count", "spec.services[1].instace_count"],
    ["spec.services.web.envs.B.value", "spec.services[1].envs[0].value"],
    ["spec.services[1].name", "spec.services[1].name"],
    ["spec.domains.www.example.com.type", "spec.domains[1].type"],
    ["spec.ingress.rules[0].match", "spec.ingress.rules[0].match"],
    ["spec.services.gone.name", "spec.services.gone.name"],
    ["spec.name", "spec.name"],
    ["backup.directory", "backup.directory"],
    ["timeouts.create", "timeouts.create"],
  ] as const)
    it(`of ${place} is ${property}, and the reason keeps its text`, () => {
      const reason = `${place}: is wrong: very`;
      assert.deepEqual(placed(reason), { property, reason });
    });

  it("of an entry with a quoted name is its index, or the name of one that does not exist", () => {
    const placedIn = (reason: string) =>
      withPlace({ property: "", reason }, { ...args, alertDestinations: destinations }, form).property;
    assert.equal(
      placedIn('alertDestinations["web/CPU_UTILIZATION"]: has no such alert'),
      "alertDestinations[1]",
    );
    assert.equal(placedIn('alertDestinations["gone"].emails: is wrong'), "alertDestinations.gone.emails");
  });

  it("of a setting is its name, which the reason then does not repeat", () => {
    assert.deepEqual(placed("wait: must be true or false"), {
      property: "wait",
      reason: "must be true or false",
    });
  });

  it("is left out where the engine would print a value that may contain secrets, or where there is none", () => {
    for (const reason of [
      "alertDestinations: must be a map",
      "spec: an App needs a spec",
      "web: is not an argument",
      "two Apps have the same name",
      "https://example.com: is gone",
      "spec: .: [",
      "",
    ])
      assert.deepEqual(placed(reason), { property: "", reason });
  });
});
