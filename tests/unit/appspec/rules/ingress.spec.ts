import assert from "node:assert/strict";
import { describeRules, problems } from "./cases";
import { UNKNOWN } from "../../../../provider/appspec/unknown";
import { validate } from "../../../../provider/appspec/validate";
import { authority, github, service, top, rule, redirect } from "./specs";

describeRules("ingress", [
  ["two-targets", "error", "ingress.rules.0", rule({ redirect: { uri: "/" } }), rule({})],
  ["no-target", "warning", "ingress.rules.0", rule({ component: undefined }), rule({})],
  ["no-match", "warning", "ingress.rules.0", rule({ match: undefined }), rule({})],
  [
    "no-such-domain",
    "error",
    "ingress.rules.0.match.authority.exact",
    authority({ exact: "other.example.com" }),
    authority({ exact: "shop.example.com" }),
  ],
  [
    "two-matches",
    "error",
    "ingress.rules.0.match.path",
    rule({ match: { path: { prefix: "/", exact: "/" } } }),
    rule({ match: { path: { exact: "/" } } }),
  ],
  [
    "two-matches",
    "error",
    "ingress.rules.0.cors.allow_origins.0",
    rule({ cors: { allow_origins: [{ exact: "a", regex: "a" }] } }),
    rule({ cors: { allow_origins: [{ exact: "a" }] } }),
  ],
  [
    "no-match",
    "warning",
    "ingress.rules.0.cors.allow_origins.0",
    rule({ cors: { allow_origins: [{}] } }),
    rule({ cors: { allow_origins: [{ regex: "a" }] } }),
  ],
  [
    "no-such-component",
    "error",
    "ingress.rules.0.component.name",
    rule({ component: { name: "wbe" } }),
    rule({}),
  ],
  [
    "not-routable",
    "warning",
    "ingress.rules.0.component.name",
    { ...rule({ component: { name: "task" } }), jobs: [{ name: "task", github }] },
    rule({}),
  ],
  [
    "rewrite-and-preserve",
    "error",
    "ingress.rules.0.component",
    rule({ component: { name: "web", rewrite: "/", preserve_path_prefix: true } }),
    rule({ component: { name: "web", rewrite: "/" } }),
  ],
  [
    "redirect-code",
    "warning",
    "ingress.rules.0.redirect.redirect_code",
    redirect({ uri: "/", redirect_code: 200 }),
    redirect({ uri: "/", redirect_code: 308 }),
  ],
  [
    "routes-and-ingress",
    "warning",
    "services.0.routes",
    { ...rule({}), services: [{ name: "web", github, routes: [{ path: "/" }] }] },
    service({ routes: [{ path: "/" }] }),
  ],
  [
    "route-path",
    "error",
    "services.0.routes.0.path",
    service({ routes: [{ path: "api" }] }),
    service({ routes: [{ path: "/api" }] }),
  ],
  [
    "duplicate-route",
    "error",
    "services.0.routes.1.path",
    service({ routes: [{ path: "/a" }, { path: "/a" }] }),
    service({ routes: [{ path: "/a" }, { path: "/b" }] }),
  ],
  [
    "duplicate-domain",
    "error",
    "domains.1.domain",
    top({ domains: [{ domain: "a.example.com" }, { domain: "a.example.com" }] }),
    top({ domains: [{ domain: "a.example.com" }, { domain: "b.example.com" }] }),
  ],
  [
    "two-primaries",
    "error",
    "domains.1.type",
    top({
      domains: [
        { domain: "a.example.com", type: "PRIMARY" },
        { domain: "b.example.com", type: "PRIMARY" },
      ],
    }),
    top({
      domains: [
        { domain: "a.example.com", type: "PRIMARY" },
        { domain: "b.example.com", type: "ALIAS" },
      ],
    }),
  ],
  [
    "page-address",
    "warning",
    "maintenance.offline_page_url",
    top({ maintenance: { offline_page_url: "offline.html" } }),
    top({ maintenance: { offline_page_url: "https://example.com/" } }),
  ],
]);

describe("an ingress authority", () => {
  const found = (match: object, ...domains: object[]): string[] =>
    problems("no-such-domain", authority(match, ...domains)).map(({ severity }) => severity);
  const wild = { domain: "example.com", wildcard: true };

  it("may be a domain of the app, in any letter case, or a subdomain of a wildcard domain", () => {
    const right: [object, ...object[]][] = [
      [{ exact: "SHOP.example.com" }],
      [{ exact: "shop.example.com." }],
      [{ exact: "" }],
      [{ prefix: "" }],
      [{}],
      [{ prefix: "shop." }],
      [{ exact: "a.example.com" }, wild],
      [{ exact: "*.example.com" }, wild],
      [{ exact: "example.com" }, wild],
      [{ prefix: "a" }, wild],
      [{ prefix: "a.exam" }, wild],
      [{ exact: UNKNOWN }],
      [{ exact: "b.example.com" }, { domain: UNKNOWN }],
      [{ exact: "b.example.com" }, { domain: "example.com", wildcard: UNKNOWN }],
    ];
    for (const [match, ...domains] of right)
      assert.deepEqual(found(match, ...domains), [], JSON.stringify(match));
    const unknown = { ...authority({ exact: "b.example.com" }), domains: UNKNOWN };
    assert.deepEqual(problems("no-such-domain", unknown), []);
  });

  it("is an error if no domain matches, and a warning if it may be the default domain", () => {
    assert.deepEqual(found({ exact: "a.shop.example.com" }), ["error"]);
    assert.deepEqual(found({ prefix: "other" }), ["error"]);
    assert.deepEqual(found({ prefix: "a.other" }, wild), ["error"]);
    assert.deepEqual(found({ exact: "a.example.org" }, wild), ["error"]);
    assert.deepEqual(found({ exact: "shop-abc12.ondigitalocean.app" }), ["warning"]);
    const none = { ...authority({ exact: "shop.example.com" }), domains: undefined };
    assert.equal(problems("no-such-domain", none)[0]?.severity, "error");
  });

  it("is reported with the closest domain as a suggestion", () => {
    const [problem] = problems("no-such-domain", authority({ exact: "shpo.example.com" }));
    assert.match(problem?.hint ?? "", /shop\.example\.com/);
  });
});

describe("an empty ingress match", () => {
  it("is accepted without a warning, since App Platform exports it", () => {
    for (const match of [{ authority: {}, path: {} }, { path: {} }, { path: { exact: "" } }, {}])
      assert.deepEqual(validate(rule({ match })), []);
  });
});

describe("an ingress rule with an unknown component", () => {
  it("is reported with the closest component as a suggestion", () => {
    const [problem] = problems("no-such-component", rule({ component: { name: "wbe" } }));
    assert.equal(problem?.hint, "did you mean web?");
  });
});
