import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { changes, formatChange } from "../../../provider/appspec/diff";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import { plan } from "../../../provider/appspec/plan";
import { previewName } from "../../../provider/appspec/preview-name";
import { previewSpec, type PreviewOptions } from "../../../provider/appspec/preview-spec";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import type { AppIngressRule, AppSpec } from "../../../provider/appspec/types";
import { validate } from "../../../provider/appspec/validate";
import { AppPlatformError } from "../../../provider/errors";
import { arbitrarySpec, SECRET_MARK } from "../../helpers/arbitrary-spec";

const EVERYTHING = join(__dirname, "../../fixtures/specs/everything.yaml");
const OPTIONS: PreviewOptions = { name: "shop-pr-17", branch: "feature/login" };

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof AppPlatformError);
    assert.equal(error.errorCode, "invalid-input");
    return error.message;
  }
  return assert.fail("previewSpec accepted it");
};

const errorsOf = (spec: unknown): unknown[] => validate(spec).filter(({ severity }) => severity === "error");

describe("previewName", () => {
  const VALID = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;

  it("returns a valid name for any text, and the same one for a name that it returned", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 80 })), (text) => {
        const name = previewName(text);
        assert.match(name, VALID);
        assert.equal(previewName(name), name);
      }),
    );
  });

  it("keeps a valid name", () => {
    for (const name of ["shop-pr-17", "ab", "a".repeat(32)]) assert.equal(previewName(name), name);
  });

  it("is as long as possible, and not longer", () => {
    for (const text of ["a".repeat(33), `shop-${"x".repeat(60)}`]) {
      assert.match(previewName(text), VALID);
      assert.equal(previewName(text).length, 32);
    }
  });

  it("stays readable where it has to change, and is different for each text", () => {
    const texts = [
      "shop-feature/login",
      "shop-feature-Login",
      "shop-feature_login",
      `shop-${"x".repeat(60)}`,
    ];
    const names = texts.map(previewName);
    assert.match(names[0] ?? "", /^shop-feature-login-[a-z0-9]{7}$/);
    assert.match(previewName("17 Grüße"), /^gru-e-[a-z0-9]{7}$/);
    assert.equal(new Set([...names, ...texts]).size, names.length + texts.length);
    assert.match(previewName("日本"), /^app-[a-z0-9]{7}$/);
  });

  it("does not change between versions: an app would be doubled", () => {
    assert.equal(previewName("shop-feature/login"), "shop-feature-login-10d0plw");
  });
});

describe("previewSpec", () => {
  it("sets the branch in every kind of git source, and deploys only from the pipeline", () => {
    const spec: AppSpec = {
      name: "shop",
      services: [
        { name: "a", github: { repo: "Acme/Shop", branch: "main", deploy_on_push: true } },
        { name: "b", git: { repo_clone_url: "https://github.com/acme/shop.git", branch: "main" } },
      ],
      workers: [{ name: "c", git: { repo_clone_url: "git@github.com:acme/shop.git" } }],
    };
    const { services, workers } = previewSpec(spec, OPTIONS);
    assert.deepEqual(services?.[0]?.github, { repo: "Acme/Shop", branch: "feature/login" });
    assert.equal(services?.[1]?.git?.branch, "feature/login");
    assert.equal(workers?.[0]?.git?.branch, "feature/login");
    const pushed = previewSpec(spec, { ...OPTIONS, deployOnPush: true });
    assert.equal(pushed.services?.[0]?.github?.deploy_on_push, true);
    assert.deepEqual(Object.keys(pushed.services?.[1]?.git ?? {}), ["repo_clone_url", "branch"]);
    for (const kind of ["gitlab", "bitbucket"] as const) {
      const site = { name: "site", [kind]: { repo: "group/sub/shop", branch: "main", deploy_on_push: true } };
      const { static_sites } = previewSpec({ name: "shop", static_sites: [site] }, OPTIONS);
      assert.deepEqual(static_sites?.[0]?.[kind], { repo: "group/sub/shop", branch: "feature/login" });
    }
  });

  it("leaves an image on its tag, without deploying pushed images", () => {
    const image = { registry_type: "DOCR", repository: "web", tag: "1", deploy_on_push: { enabled: true } };
    const { services } = previewSpec({ name: "shop", services: [{ name: "web", image }] }, OPTIONS);
    assert.deepEqual(services?.[0]?.image, { registry_type: "DOCR", repository: "web", tag: "1" });
  });

  it("leaves the branch of other repositories, and asks for the repository if there are several", () => {
    const spec: AppSpec = {
      name: "shop",
      services: [
        { name: "web", github: { repo: "acme/shop", branch: "main" } },
        { name: "api", gitlab: { repo: "acme/api", branch: "main", deploy_on_push: true } },
      ],
    };
    assert.match(
      refusal(() => previewSpec(spec, OPTIONS)),
      /github\.com\/acme\/shop, gitlab\.com\/acme\/api/,
    );
    for (const repository of ["acme/shop", "https://github.com/acme/shop", ["acme/shop", "acme/other"]]) {
      const { services } = previewSpec(spec, { ...OPTIONS, repository });
      assert.equal(services?.[0]?.github?.branch, "feature/login");
      assert.deepEqual(services?.[1]?.gitlab, { repo: "acme/api", branch: "main" });
    }
    const both = previewSpec(spec, { ...OPTIONS, repository: ["acme/shop", "acme/api"] });
    assert.equal(both.services?.[1]?.gitlab?.branch, "feature/login");
    assert.match(
      refusal(() => previewSpec(spec, { ...OPTIONS, repository: "shop" })),
      /no component is built from the repository shop/,
    );
    const { services } = previewSpec(spec, { name: "shop-pr-1" });
    assert.deepEqual([services?.[0]?.github?.branch, services?.[1]?.gitlab?.branch], ["main", "main"]);
  });

  it("keeps nothing that belongs to the production app, costs more, or takes the app offline", () => {
    const spec = parse(readFileSync(EVERYTHING, "utf8")) as AppSpec;
    const preview = previewSpec(spec, { ...OPTIONS, branch: undefined });
    for (const field of ["domains", "alerts", "maintenance", "egress", "vpc"])
      assert.ok(Object.hasOwn(spec, field) && !Object.hasOwn(preview, field), field);
    const text = JSON.stringify(preview);
    for (const field of [
      "alerts",
      "log_destinations",
      "autoscaling",
      "cluster_name",
      "db_user",
      "deploy_on_push",
    ])
      assert.ok(!text.includes(`"${field}"`), field);
    for (const { instance_size_slug, instance_count } of [
      ...(preview.services ?? []),
      ...(preview.jobs ?? []),
    ])
      assert.deepEqual([instance_size_slug, instance_count], ["apps-s-1vcpu-0.5gb", 1]);
    assert.deepEqual(errorsOf(preview), []);
  });

  it("changes exactly what the page about pipelines lists, in a spec with every field", () => {
    const spec = parse(readFileSync(EVERYTHING, "utf8")) as AppSpec;
    const preview = previewSpec(spec, { ...OPTIONS, repository: "example/shop" });
    assert.deepEqual(changes(listsToMaps(spec), listsToMaps(preview)).map(formatChange), [
      "~ spec.name",
      "- spec.alerts",
      "- spec.domains",
      "- spec.ingress.load_balancer_size",
      "- spec.ingress.secure_header",
      "- spec.ingress.rules[0].match.authority",
      "- spec.ingress.rules[1].redirect.authority",
      "- spec.egress",
      "- spec.maintenance",
      "- spec.vpc",
      "~ spec.services.api.github.branch",
      "- spec.services.api.github.deploy_on_push",
      "- spec.services.api.envs.TOKEN.value",
      "~ spec.services.api.instance_size_slug",
      "- spec.services.api.autoscaling",
      "- spec.services.api.alerts",
      "- spec.services.api.log_destinations",
      "+ spec.services.api.instance_count",
      "- spec.services.legacy.image.registry_credentials",
      "~ spec.services.legacy.instance_size_slug",
      "~ spec.services.legacy.instance_count",
      "- spec.static_sites.pages.gitlab.deploy_on_push",
      "- spec.static_sites.pages.log_destinations",
      "- spec.static_sites.spa.bitbucket.deploy_on_push",
      "- spec.workers.mailer.image.deploy_on_push",
      "- spec.workers.mailer.autoscaling",
      "+ spec.workers.mailer.instance_size_slug",
      "+ spec.workers.mailer.instance_count",
      "+ spec.jobs.migrate.instance_size_slug",
      "+ spec.jobs.migrate.instance_count",
      "+ spec.jobs.nightly.instance_size_slug",
      "+ spec.jobs.nightly.instance_count",
      "- spec.functions.fn.alerts",
      "- spec.functions.fn.log_destinations",
      "~ spec.databases.db.production",
      "- spec.databases.db.cluster_name",
      "- spec.databases.db.db_name",
      "- spec.databases.db.db_user",
      "- spec.databases.db.size",
      "- spec.databases.db.num_nodes",
    ]);
  });

  it("uses the requested size, and leaves a component off that is off", () => {
    const source = { git: { repo_clone_url: "https://example.com/a.git" } };
    const spec: AppSpec = {
      name: "shop",
      workers: [
        { name: "on", ...source, instance_count: 5 },
        { name: "off", ...source, instance_count: 0 },
      ],
    };
    const { workers } = previewSpec(spec, { ...OPTIONS, size: "apps-s-1vcpu-1gb" });
    assert.deepEqual(
      workers?.map(({ instance_size_slug, instance_count }) => [instance_size_slug, instance_count]),
      [
        ["apps-s-1vcpu-1gb", 1],
        ["apps-s-1vcpu-1gb", 0],
      ],
    );
  });

  it("replaces clusters with dev databases, or with the clusters that it is given", () => {
    const spec: AppSpec = {
      name: "shop",
      databases: [
        { name: "db", engine: "PG", version: "17", production: true, cluster_name: "live", db_user: "app" },
        { name: "cache", engine: "VALKEY", production: true, cluster_name: "live-cache" },
      ],
    };
    const { databases } = previewSpec(spec, { ...OPTIONS, clusters: { cache: "preview-cache" } });
    assert.deepEqual(databases, [
      { name: "db", engine: "PG", version: "17", production: false },
      { name: "cache", engine: "VALKEY", production: true, cluster_name: "preview-cache" },
    ]);
    assert.match(
      refusal(() => previewSpec(spec, { ...OPTIONS, clusters: { cahce: "x" } })),
      /cache/,
    );
  });

  it("takes secrets only from its options", () => {
    const spec: AppSpec = {
      name: "shop",
      envs: [
        { key: "LIVE", type: "SECRET", value: "live secret" },
        { key: "DATABASE", type: "SECRET", value: "${db.DATABASE_URL}" },
        { key: "SEALED", value: "EV[1:a:b]" },
        { key: "KEPT", value: KEPT_SECRET },
        { key: "MODE", value: "live" },
      ],
      services: [
        {
          name: "web",
          image: { registry_type: "GHCR", registry: "acme", repository: "web", registry_credentials: "u:t" },
          envs: [{ key: "KEY", type: "SECRET", value: "EV[1:c:d]" }],
        },
      ],
      ingress: { secure_header: { key: "X-Edge", value: "edge secret" } },
    };
    const without = previewSpec(spec, OPTIONS);
    assert.deepEqual(without.envs, [
      { key: "LIVE", type: "SECRET" },
      { key: "DATABASE", type: "SECRET", value: "${db.DATABASE_URL}" },
      { key: "SEALED" },
      { key: "KEPT" },
      { key: "MODE", value: "live" },
    ]);
    assert.deepEqual(without.services?.[0]?.envs, [{ key: "KEY", type: "SECRET" }]);
    assert.equal(without.services?.[0]?.image?.registry_credentials, undefined);
    assert.equal(without.ingress, undefined);
    const later = { apply: () => later, secret: "an Output" };
    const secrets = {
      LIVE: "preview secret",
      MODE: "preview",
      "web.KEY": later,
      "web.registry_credentials": "p:t",
      "ingress.secure_header": "preview edge",
    };
    const preview = previewSpec(spec, { ...OPTIONS, secrets });
    assert.deepEqual([preview.envs?.[0]?.value, preview.envs?.[4]?.value], ["preview secret", "preview"]);
    assert.equal(preview.services?.[0]?.envs?.[0]?.value as unknown, later);
    assert.equal(preview.services?.[0]?.image?.registry_credentials, "p:t");
    assert.equal(preview.ingress?.secure_header?.value, "preview edge");
    assert.match(
      refusal(() => previewSpec(spec, { ...OPTIONS, secrets: { "web.KYE": "x" } })),
      /did you mean web\.KEY/,
    );
  });

  describe("ingress", () => {
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
      assert.deepEqual(errorsOf(preview), []);
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
      assert.deepEqual(
        rulesOf([by({ prefix: "example." }, "web"), by({ exact: "API.example.com." }, "api")]),
        [to("api", "/api"), to("web", "/web")],
      );
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

  it("ignores a source without a repository, and empty secrets", () => {
    const spec = {
      name: "shop",
      envs: [{ key: "EMPTY", type: "SECRET", value: "" }],
      workers: [
        { name: "a", git: { branch: "main" } },
        { name: "b", github: { repo: "" } },
      ],
    };
    const { workers, envs } = previewSpec(spec, OPTIONS);
    assert.deepEqual([workers?.[0]?.git, workers?.[1]?.github], [{ branch: "main" }, { repo: "" }]);
    assert.deepEqual(envs, spec.envs);
  });

  it("accepts YAML, JSON, and a deploy template as text", () => {
    const yaml =
      "spec:\n  name: shop\n  services:\n    - name: web\n      github: {repo: acme/shop, branch: main}\n";
    const json = JSON.stringify({
      name: "shop",
      services: [{ name: "web", github: { repo: "acme/shop", branch: "main" } }],
    });
    assert.deepEqual(previewSpec(yaml, OPTIONS), previewSpec(json, OPTIONS));
    assert.equal(previewSpec(yaml, OPTIONS).services?.[0]?.github?.branch, "feature/login");
  });

  it("keeps the record of the file, so that messages can name its lines", () => {
    const file = Symbol.for("pulumi-app-platform.file");
    const preview = previewSpec(Object.assign({ name: "shop" }, { [file]: "/app.yaml" }), OPTIONS);
    assert.equal((preview as { [file]?: string })[file], "/app.yaml");
  });

  it("rejects options that are missing or empty, and parts that are not known yet", () => {
    for (const options of [{ name: "" }, { name: "shop", branch: " " }, {} as PreviewOptions])
      refusal(() => previewSpec({ name: "shop" }, options));
    for (const spec of [
      null,
      1,
      [],
      { services: { apply: () => 1 } },
      { workers: [{ github: { apply: () => 1 } }] },
    ])
      refusal(() => previewSpec(spec as AppSpec, OPTIONS));
  });

  describe("for any valid spec", () => {
    const repository = ["example/shop", "example/group/shop", "https://git.example.com/shop.git"];
    const anyPreview = (check: (spec: AppSpec, preview: AppSpec, options: PreviewOptions) => void): void =>
      fc.assert(
        fc.property(
          arbitrarySpec,
          fc.string({ minLength: 1 }),
          fc.stringMatching(/^[\w./-]*$/),
          (spec, name, branch) => {
            const options = { name: `shop-${name}`, branch: `b-${branch}` };
            const isBuilt = JSON.stringify(spec).search(/"(git|github|gitlab|bitbucket)":/) >= 0;
            const chosen = repository.filter((one) => JSON.stringify(spec).includes(`"${one}"`));
            const all = { ...options, ...(isBuilt && { repository: chosen }) };
            check(spec, previewSpec(spec, all), all);
          },
        ),
      );

    it("the result is valid", () => {
      anyPreview((_, preview) => assert.deepEqual(errorsOf(preview), []));
    });

    it("the result contains no secret", () => {
      anyPreview((_, preview) => assert.ok(!JSON.stringify(preview).includes(SECRET_MARK)));
    });

    it("the spec itself does not change, also if the result does", () => {
      anyPreview((spec, preview) => {
        const before = JSON.stringify(spec);
        const change = (value: unknown): void => {
          if (typeof value !== "object" || value === null) return;
          Object.values(value).forEach(change);
          (value as { added?: true }).added = true;
        };
        change(preview);
        assert.equal(JSON.stringify(spec), before);
      });
    });

    it("a second call changes nothing", () => {
      anyPreview((_, preview, options) => {
        const again = previewSpec(preview, options);
        assert.deepEqual(again, preview);
        assert.equal(plan({ spec: preview, lastPhase: "ACTIVE" }, { spec: again }).action, "none");
      });
    });
  });
});
