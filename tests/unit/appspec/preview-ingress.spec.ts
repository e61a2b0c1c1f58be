import assert from "node:assert/strict";
import { previewSpec, type PreviewOptions } from "../../../provider/appspec/preview-spec";
import type { AppIngressRule, AppSpec } from "../../../provider/appspec/types";
import { validate } from "../../../provider/appspec/validate";

const OPTIONS: PreviewOptions = { name: "shop-pr-17", branch: "feature/login" };

describe("the ingress rules of previewSpec", () => {
  const HOSTS: AppSpec = {
    name: "shop",
    services: ["web", "api"].map((name) => ({ name, github: { repo: "acme/shop" } })),
    domains: [
      { domain: "www.example.com", type: "ALIAS" },
      { domain: "api.example.com", type: "ALIAS" },
      { domain: "example.com", type: "PRIMARY" },
    ],
  };
  const to = (name: string, prefix: string, exact?: string): AppIngressRule => ({
    match: { path: { prefix }, ...(exact !== undefined && { authority: { exact } }) },
    component: { name },
  });
  const rulesOf = (rules: AppIngressRule[]): AppIngressRule[] | undefined => {
    const preview = previewSpec({ ...HOSTS, ingress: { rules } }, OPTIONS);
    assert.ok(validate(preview).every(({ severity }) => severity !== "error"));
    return preview.ingress?.rules;
  };

  it("serves at its only host what the primary domain serves", () => {
    assert.deepEqual(
      rulesOf([to("api", "/", "api.example.com"), to("web", "/", "example.com"), to("api", "/api")]),
      [to("web", "/"), to("api", "/api")],
    );
  });

  it("adds the paths of other hosts that the primary domain does not use", () => {
    assert.deepEqual(rulesOf([to("web", "/", "example.com"), to("api", "/v1", "api.example.com")]), [
      to("api", "/v1"),
      to("web", "/"),
    ]);
  });

  it("uses the rules of other hosts if there are no others", () => {
    assert.deepEqual(rulesOf([to("api", "/", "api.example.com")]), [to("api", "/")]);
  });

  it("leads no visitor of the preview to the production app", () => {
    const rules: AppIngressRule[] = [
      { match: { authority: { exact: "www.example.com" } }, redirect: { authority: "example.com" } },
      { match: { path: { prefix: "/old" } }, redirect: { authority: "example.com", uri: "/new" } },
      { match: { path: { prefix: "/docs" } }, redirect: { authority: "docs.example.net" } },
      to("web", "/"),
    ];
    assert.deepEqual(rulesOf(rules), [
      { match: { path: { prefix: "/old" } }, redirect: { uri: "/new" } },
      rules[2],
      to("web", "/"),
    ]);
  });

  it("recognizes the primary domain by a prefix, in any case, and with a dot at its end", () => {
    const by = (authority: object, name: string): AppIngressRule => ({
      match: { path: { prefix: `/${name}` }, authority },
      component: { name },
    });
    assert.deepEqual(rulesOf([by({ prefix: "example." }, "web"), by({ exact: "API.example.com." }, "api")]), [
      to("api", "/api"),
      to("web", "/web"),
    ]);
    assert.deepEqual(rulesOf([by({ prefix: "api." }, "api"), by({ exact: "Example.com." }, "web")]), [
      to("api", "/api"),
      to("web", "/web"),
    ]);
    assert.deepEqual(rulesOf([by({ prefix: "api." }, "web"), by({ prefix: "" }, "web")]), [
      to("web", "/web"),
    ]);
    const assigned = by({ exact: "shop-x1y2z.ondigitalocean.app" }, "web");
    assert.deepEqual(rulesOf([by({ exact: "api.example.com" }, "web"), assigned]), [to("web", "/web")]);
  });

  it("matches every path where only the host was given", () => {
    const rule: AppIngressRule = {
      match: { authority: { exact: "example.com" } },
      component: { name: "web" },
    };
    assert.deepEqual(rulesOf([rule]), [to("web", "/")]);
  });

  it("takes the first domain if none is primary", () => {
    const domains = ["example.com", "api.example.com"].map((domain) => ({ domain }));
    const rules = [to("api", "/", "api.example.com"), to("web", "/", "example.com")];
    const preview = previewSpec({ ...HOSTS, domains, ingress: { rules } }, OPTIONS);
    assert.deepEqual(preview.ingress?.rules, [to("web", "/")]);
  });

  it("drops a path of another host that the primary domain uses, and a rule that is never reached", () => {
    const rules = [to("api", "/v1", "api.example.com"), to("web", "/v1", "example.com"), to("api", "/v1")];
    assert.deepEqual(rulesOf(rules), [to("web", "/v1")]);
  });

  it("drops redirects between domains, and leaves those to other sites", () => {
    const match = (exact?: string) => ({ path: { prefix: "/a" }, ...(exact && { authority: { exact } }) });
    const dropped: AppIngressRule[] = [
      { match: match("example.com"), redirect: { authority: "www.example.com", uri: "/b" } },
      { match: match(), redirect: { authority: "www.example.com" } },
      {
        match: { ...match("api.example.com"), path: { prefix: "/c" } },
        redirect: { authority: "docs.example.net", uri: "/b" },
      },
    ];
    const outside: AppIngressRule = {
      match: match("example.com"),
      redirect: { authority: "docs.example.net" },
    };
    assert.deepEqual(rulesOf([...dropped, outside]), [{ match: match(), redirect: outside.redirect }]);
  });

  it("leaves a rule without a match, and whatever is no rule, to the validation", () => {
    const rules = [{ component: { name: "web" } }, "rule", null] as AppIngressRule[];
    const preview = previewSpec({ ...HOSTS, ingress: { rules } }, OPTIONS);
    assert.deepEqual(preview.ingress?.rules, rules);
    const shown = previewSpec(
      { ...HOSTS, ingress: { load_balancer: "DIGITALOCEAN", load_balancer_size: 2 } },
      OPTIONS,
    );
    assert.deepEqual(shown.ingress, { load_balancer: "DIGITALOCEAN" });
  });

  it("leaves the rules to the service if none is left", () => {
    const www = {
      match: { authority: { exact: "www.example.com" } },
      redirect: { authority: "example.com" },
    };
    assert.equal(rulesOf([www]), undefined);
  });
});
