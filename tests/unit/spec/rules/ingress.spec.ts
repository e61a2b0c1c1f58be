import assert from "node:assert/strict";
import { describeRules, problems } from "./cases";
import { github, service, top, rule, redirect } from "./specs";

describeRules("ingress", [
  ["two-targets", "error", "ingress.rules.0", rule({ redirect: { uri: "/" } }), rule({})],
  ["no-target", "warning", "ingress.rules.0", rule({ component: undefined }), rule({})],
  ["no-match", "warning", "ingress.rules.0", rule({ match: undefined }), rule({})],
  [
    "no-match",
    "warning",
    "ingress.rules.0.match.path",
    rule({ match: { path: {} } }),
    rule({ match: { path: { prefix: "" } } }),
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

describe("a rule of ingress that leads nowhere", () => {
  it("suggests the component that was meant", () => {
    const [problem] = problems("no-such-component", rule({ component: { name: "wbe" } }));
    assert.equal(problem?.hint, "did you mean web?");
  });
});
