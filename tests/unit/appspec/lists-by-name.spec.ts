import assert from "node:assert/strict";
import fc from "fast-check";
import {
  displayPath,
  formatPath,
  mapsToLists,
  inOrder,
  listOrder,
  listsToMaps,
} from "../../../provider/appspec/lists-by-name";

const spec = {
  name: "shop",
  services: [
    {
      name: "web",
      envs: [
        { key: "PORT", value: "8080" },
        { key: "MODE", value: "x" },
      ],
      http_port: 8080,
    },
    { name: "api", log_destinations: [{ name: "logs", headers: [{ key: "X-Key", value: "v" }] }] },
  ],
  domains: [{ domain: "shop.example.com", type: "PRIMARY" }],
  alerts: [
    { rule: "DEPLOYMENT_FAILED" },
    { rule: "CPU_UTILIZATION", operator: "GREATER_THAN", window: "FIVE_MINUTES", value: 80 },
    { rule: "CPU_UTILIZATION", operator: "GREATER_THAN", window: "ONE_HOUR", value: 60 },
  ],
  ingress: { rules: [{ match: { path: { prefix: "/" } }, component: { name: "web" } }] },
};

describe("the by-name form of an AppSpec", () => {
  it("turns lists of named items into maps", () => {
    assert.deepEqual(listsToMaps(spec), {
      name: "shop",
      services: {
        web: { envs: { PORT: { value: "8080" }, MODE: { value: "x" } }, http_port: 8080 },
        api: { log_destinations: { logs: { headers: { "X-Key": { value: "v" } } } } },
      },
      domains: { "shop.example.com": { type: "PRIMARY" } },
      alerts: {
        DEPLOYMENT_FAILED: {},
        "CPU_UTILIZATION:GREATER_THAN:FIVE_MINUTES": {
          operator: "GREATER_THAN",
          window: "FIVE_MINUTES",
          value: 80,
        },
        "CPU_UTILIZATION:GREATER_THAN:ONE_HOUR": { operator: "GREATER_THAN", window: "ONE_HOUR", value: 60 },
      },
      ingress: { rules: [{ match: { path: { prefix: "/" } }, component: { name: "web" } }] },
    });
  });

  it("converts back to the same spec", () => assert.deepEqual(mapsToLists(listsToMaps(spec)), spec));

  it("leaves a list with duplicate names unchanged, so that validation rejects it", () => {
    const doubled = { services: [{ name: "web" }, { name: "web" }] };
    assert.deepEqual(listsToMaps(doubled), doubled);
    assert.deepEqual(mapsToLists(listsToMaps(doubled)), doubled);
  });

  it("never uses __proto__ as a key and accepts constructor as a name", () => {
    const odd = { envs: [{ key: "__proto__", value: "1" }] };
    assert.deepEqual(listsToMaps(odd), odd);
    assert.deepEqual(listsToMaps({ envs: [{ key: "constructor", value: "1" }] }), {
      envs: { constructor: { value: "1" } },
    });
  });

  it("does not depend on item order", () => {
    const reordered = { ...spec, services: [...spec.services].reverse(), alerts: [...spec.alerts].reverse() };
    assert.deepEqual(listsToMaps(reordered), listsToMaps(spec));
  });

  it("never throws, whatever value is converted in either direction", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        listsToMaps(value);
        mapsToLists(value);
        listsToMaps({ services: value, envs: value });
        mapsToLists({ services: value, envs: value });
      }),
    );
  });

  it("restores generated lists in their order", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const variable = fc.record(
      { key: fc.stringMatching(/^[A-Z_]{1,8}$/), value: fc.string() },
      { noNullPrototype: true },
    );
    const plainly = { noNullPrototype: true };
    const variables = fc.uniqueArray(variable, { selector: ({ key }) => key });
    const service = fc.record({ name, envs: variables }, plainly);
    fc.assert(
      fc.property(fc.uniqueArray(service, { selector: (one) => one.name }), (services) => {
        assert.deepEqual(mapsToLists(listsToMaps({ services })), { services });
      }),
    );
  });
});

describe("component order", () => {
  const sorted = { services: [{ name: "api" }, { name: "new" }, { name: "web" }], name: "shop" };

  it("is restored from the by-name form, with new components last", () => {
    const order = listOrder({ services: [{ name: "web" }, { name: "api" }], domains: [{ domain: "one" }] });
    assert.deepEqual(order, { services: ["web", "api"] });
    assert.deepEqual(inOrder(sorted, order), {
      services: [{ name: "web" }, { name: "api" }, { name: "new" }],
      name: "shop",
    });
  });

  it("is unchanged if the original order is unknown", () => {
    for (const order of [undefined, "unknown", {}, { services: "unknown" }])
      assert.deepEqual(inOrder(sorted, order), sorted);
    assert.equal(listOrder("unknown"), undefined);
  });
});

describe("paths as Pulumi prints them", () => {
  it("use names in named lists and indexes in other lists", () => {
    assert.equal(displayPath(spec, ["services", 0, "envs", 0, "value"]), "spec.services.web.envs.PORT.value");
    assert.equal(displayPath(spec, ["ingress", "rules", 0, "match"]), "spec.ingress.rules[0].match");
    assert.equal(
      displayPath(spec, ["services", 1, "log_destinations", 0, "headers", 0, "value"]),
      "spec.services.api.log_destinations.logs.headers.X-Key.value",
    );
  });

  it("quote names that contain dots", () => {
    assert.equal(displayPath(spec, ["domains", 0, "type"]), 'spec.domains["shop.example.com"].type');
    assert.equal(formatPath(["domains", "shop.example.com"]), 'spec.domains["shop.example.com"]');
  });

  it("fall back to the index if names are not unique", () => {
    const doubled = { services: [{ name: "web" }, { name: "web", http_port: 1 }] };
    assert.equal(displayPath(doubled, ["services", 1, "http_port"]), "spec.services[1].http_port");
    assert.equal(displayPath({}, ["services", 0, "name"]), "spec.services[0].name");
  });
});
