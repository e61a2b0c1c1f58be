import assert from "node:assert/strict";
import { withValueAt } from "../../../provider/appspec/diff";
import { plan } from "../../../provider/appspec/plan";
import { UNKNOWN } from "../../../provider/appspec/unknown";

const spec = {
  region: "fra",
  services: { web: { instance_count: 2, instance_size_slug: "apps-s-1vcpu-2gb", github: {} }, api: {} },
  workers: { mail: {} },
  databases: { dev: { engine: "PG" }, prod: { engine: "PG", production: true } },
  domains: { "shop.example.com": {} },
};

const warnings = (path: string[], value?: unknown): string =>
  plan({ spec, lastPhase: "ACTIVE" }, { spec: withValueAt(spec, path, value) }).warnings.join(" ");

describe("the plan warns", () => {
  it("that the data of a removed dev database is lost", () => {
    assert.match(warnings(["databases", "dev"]), /database dev .*data is lost/);
    assert.match(warnings(["databases"]), /database dev .*removed.*database prod .*removed.*kept/);
  });

  it("that the data of a removed managed database is kept", () =>
    assert.doesNotMatch(warnings(["databases", "prod"]), /lost/));

  it("about removed components", () => {
    assert.match(warnings(["services", "api"]), /The service api is shut down/);
    assert.match(warnings(["workers"]), /The worker mail is shut down/);
  });

  it("about a removed domain", () =>
    assert.match(warnings(["domains", "shop.example.com"]), /shop\.example\.com/));

  it("about a domain that a value known only later may remove, but not without domains", () => {
    assert.match(warnings(["domains"], UNKNOWN), /may no longer .*shop\.example\.com/);
    const before = { spec: withValueAt(spec, ["domains"], {}), lastPhase: "ACTIVE" };
    const { warnings: none } = plan(before, { spec: withValueAt(spec, ["domains"], UNKNOWN) });
    assert.doesNotMatch(none.join(), /served/);
  });

  it("about a smaller size, in memory or CPUs, with current or legacy slugs", () => {
    const slug = ["services", "web", "instance_size_slug"];
    assert.match(
      warnings(slug, "apps-s-1vcpu-0.5gb"),
      /decreases from apps-s-1vcpu-2gb to apps-s-1vcpu-0.5gb/,
    );
    assert.match(warnings(slug, "basic-xxs"), /decreases/);
    assert.equal(warnings(slug, "apps-s-1vcpu-4gb"), "");
    assert.equal(warnings(slug, "a-slug-of-the-future"), "");
  });

  it("about no change of memory or CPUs between a legacy slug and the current slug of the same size", () => {
    const sizes: Record<string, string> = {
      "basic-xxs": "apps-s-1vcpu-0.5gb",
      "basic-xs": "apps-s-1vcpu-1gb",
      "basic-s": "apps-s-1vcpu-2gb",
      "basic-m": "apps-s-2vcpu-4gb",
      "professional-xs": "apps-s-1vcpu-1gb",
      "professional-s": "apps-s-1vcpu-2gb",
      "professional-m": "apps-s-2vcpu-4gb",
      "professional-1l": "apps-d-1vcpu-4gb",
      "professional-l": "apps-d-2vcpu-8gb",
      "professional-xl": "apps-d-4vcpu-16gb",
    };
    const path = ["services", "web", "instance_size_slug"];
    const change = (from: string, to: string): readonly string[] =>
      plan(
        { spec: withValueAt(spec, path, from), lastPhase: "ACTIVE" },
        { spec: withValueAt(spec, path, to) },
      ).warnings;
    for (const [legacy, current] of Object.entries(sizes)) {
      assert.deepEqual(change(legacy, current), [], legacy);
      assert.deepEqual(change(current, legacy), [], legacy);
    }
    assert.equal(change("professional-xl", "apps-d-4vcpu-8gb").length, 1);
    assert.equal(change("professional-xl", "apps-d-2vcpu-16gb").length, 1);
  });

  it("about fewer instances, but not about more", () => {
    assert.match(warnings(["services", "web", "instance_count"], 1), /decreases from 2 to 1/);
    assert.equal(warnings(["services", "web", "instance_count"], 3), "");
  });

  it("about an app being archived, but not about one being restored", () => {
    assert.match(warnings(["maintenance"], { archive: true }), /taken offline/);
    const from = { ...spec, maintenance: { archive: true } };
    assert.deepEqual(plan({ spec: from, lastPhase: "ACTIVE" }, { spec }).warnings, []);
  });

  it("about a move to another region", () =>
    assert.match(warnings(["region"], "nyc"), /from region fra to nyc/));
});
