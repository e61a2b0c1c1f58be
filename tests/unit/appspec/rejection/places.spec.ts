import assert from "node:assert/strict";
import { displayPath } from "../../../../provider/appspec/lists-by-name";
import { placesOfField } from "../../../../provider/appspec/rejection/fields";
import { rejectedPlaces } from "../../../../provider/appspec/rejection/places";

const SPEC = {
  name: "shop",
  region: "ams",
  services: [
    {
      name: "gateway",
      github: { repo: "acme/gateway", branch: "main" },
      routes: [{ path: "/api" }, { path: "/" }],
      http_port: 8080,
      internal_ports: [9000],
      health_check: { port: 8080 },
      envs: [{ key: "MODE", value: "fast" }],
    },
    {
      name: "web",
      image: { registry_type: "DOCR", repository: "web", tag: "1.2" },
      http_port: 80,
      internal_ports: [80, 81],
      instance_size_slug: "apps-huge",
      health_check: { port: 9090 },
      envs: [
        { key: "A", value: "1" },
        { key: "B", value: "2" },
        { key: "C", value: "3" },
        { key: "D", value: "4" },
        { key: "TOKEN", type: "SECRET", value: "EV[1:abc:def]" },
      ],
    },
  ],
  workers: [{ name: "mailer", github: { repo: "acme/mailer", branch: "main" } }],
  databases: [
    { name: "db", engine: "PG" },
    { name: "cache", engine: "REDIS" },
  ],
  domains: [{ domain: "shop.example.com" }],
  ingress: {
    rules: [
      { match: { authority: { exact: "shop.example.com" } }, component: { name: "gateway" } },
      { match: { authority: { exact: "old.example.com" } }, component: { name: "web" } },
    ],
  },
};

const shown = (message: string, spec: unknown = SPEC): string[][] =>
  rejectedPlaces(message, spec).map(({ path, others }) =>
    [path, ...others].map((one) => displayPath(spec, one)),
  );

describe("the places in a spec that the service rejects", () => {
  const cases: [title: string, message: string, place: string][] = [
    [
      "by index",
      'error validating app spec field "services.1.http_port": too low',
      "spec.services.web.http_port",
    ],
    [
      "by JSON path",
      "invalid value at spec.services[1].envs[0].value: not allowed",
      "spec.services.web.envs.A.value",
    ],
    ["by the name of the component", "services.web.image.tag: not found", "spec.services.web.image.tag"],
    [
      "without an index, by the quoted value",
      'error validating app spec field "services.health_check.port": health check port "9090" not found in internal_ports',
      "spec.services.web.health_check.port",
    ],
    [
      "without an index, by the component in the message",
      'error validating app spec field "services.health_check.port": service "gateway" has no such port',
      "spec.services.gateway.health_check.port",
    ],
    [
      "with another form of the field",
      'error validating app spec field "services.route.paths": route path "/" already in use; seen in service "gateway" and service "gateway"',
      "spec.services.gateway.routes[1].path",
    ],
    [
      "without the component",
      'errors validating app spec; first error in field "envs.4.value": secret env value must not be encrypted before app is created',
      "spec.services.web.envs.TOKEN.value",
    ],
    [
      "with a field that the spec lacks",
      'error validating app spec field "services.0.instance_count": is required',
      "spec.services.gateway.instance_count",
    ],
    [
      "with a field that the AppSpec lacks",
      'error validating databases field "databases.limit_exceeded": (3) new databases were requested but the account\'s ' +
        "Managed Database limit only allows for up to (2) new databases",
      "spec.databases",
    ],
    [
      "in words, by a quoted value",
      'Authority "old.example.com" does not have a matching custom domain',
      "spec.ingress.rules[1].match.authority",
    ],
    [
      "in words, by values that contradict",
      "internal port should not match the http_port",
      "spec.services.web.internal_ports",
    ],
    ["in words, by a component's name", 'worker "mailer" cannot be scaled', "spec.workers.mailer"],
    [
      "in words, by a domain",
      'domain "shop.example.com" is already in use',
      'spec.domains["shop.example.com"].domain',
    ],
    ["of the app", "App name already exists", "spec.name"],
    ["in words alone", "unknown region", "spec.region"],
    ["by a quoted value alone", '"apps-huge" is not available', "spec.services.web.instance_size_slug"],
    ["nowhere", "the value is odd", "spec"],
    ["nowhere in an empty message", "", "spec"],
  ];
  for (const [title, message, place] of cases)
    it(`are found ${title}`, () => assert.deepEqual(shown(message), [[place]]));

  it("are all candidates when the message fits a few", () => {
    assert.deepEqual(shown("GitHub user not authenticated"), [
      ["spec.services.gateway.github", "spec.workers.mailer.github"],
    ]);
  });

  it("are both items of a name that occurs twice", () => {
    const spec = { services: [{ name: "web" }, { name: "api" }, { name: "web" }] };
    assert.deepEqual(
      shown(
        'error validating app spec field "services.name": service "web" name conflicts with service "web"',
        spec,
      ),
      [["spec.services[0].name", "spec.services[2].name"]],
    );
  });

  it("are the part that contains all candidates when the message fits many", () => {
    const service = (name: string): object => ({ name, github: { repo: `acme/${name}` } });
    const spec = { services: ["a1", "b1", "c1", "d1"].map(service) };
    assert.deepEqual(shown("GitHub user not authenticated", spec), [["spec.services"]]);
  });

  describe("of a message with several reasons are found for each", () => {
    const [port, route] = [
      'error validating app spec field "services.health_check.port": health check port "9090" not found in internal_ports',
      'error validating app spec field "region": there is no region "ams"',
    ];
    for (const [title, message] of [
      ["in one line", `${port}; ${route}`],
      ["in lines", `${port}\n${route}`],
      ["in a list", `2 errors occurred:\n\t* ${port}\n\t* ${route}\n`],
    ] as const)
      it(title, () => {
        assert.deepEqual(shown(message), [["spec.services.web.health_check.port"], ["spec.region"]]);
        assert.deepEqual(
          rejectedPlaces(message, SPEC).map((one) => one.message),
          [port, route],
        );
      });

    it("in lines without fields", () => {
      assert.deepEqual(shown("GitLab user not authenticated\nunknown region"), [["spec"], ["spec.region"]]);
    });
  });

  it("include fields of the spec itself", () => {
    assert.deepEqual(placesOfField("region", SPEC), [["region"]]);
  });

  it("are the whole spec for anything that is not a spec", () => {
    for (const spec of [undefined, null, 1, [], "text"])
      assert.deepEqual(
        rejectedPlaces('error validating app spec field "services.0.name": bad', spec).map(
          ({ path }) => path,
        ),
        [[]],
      );
  });
});
