import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { changes, formatChange } from "../../../provider/appspec/diff";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";
import { plan } from "../../../provider/appspec/plan";
import { previewSpec, type PreviewOptions } from "../../../provider/appspec/preview-spec";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import type { AppSpec } from "../../../provider/appspec/types";
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
