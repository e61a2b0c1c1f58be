import assert from "node:assert/strict";
import fc from "fast-check";
import { plan, type Accepted, type Wanted } from "../../../provider/appspec/plan";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";

const github = { repo: "acme/shop", branch: "main" };
const spec = listsToMaps({
  name: "shop",
  services: [
    {
      name: "web",
      github,
      build_command: "make",
      envs: [
        { key: "RUN", value: "1", scope: "RUN_TIME" },
        { key: "BUILD", value: "1", scope: "BUILD_TIME" },
        { key: "BOTH", value: "1" },
      ],
    },
    { name: "img", image: { registry_type: "DOCKER_HUB", repository: "nginx", tag: "1" } },
  ],
  static_sites: [{ name: "site", github, envs: [{ key: "TITLE", value: "x", scope: "RUN_TIME" }] }],
  databases: [{ name: "db", engine: "PG" }],
}) as Record<string, never>;

const olds: Accepted = { spec, redeployOn: { v: 1 }, lastPhase: "ACTIVE", projectId: "p1" };
const same: Wanted = { spec, redeployOn: { v: 1 }, projectId: "p1" };

/** A copy of the spec with a value set at a dotted path. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(spec) as Record<string, unknown>;
  const steps = path.split(".");
  const last = steps.pop() as string;
  const holder = steps.reduce<Record<string, unknown>>(
    (at, step) => (at[step] ??= {}) as Record<string, unknown>,
    copy,
  );
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

const effects = (news: Wanted, from: Accepted = olds): Record<string, string> =>
  Object.fromEntries(
    plan(from, news).components.map(({ name, effect, inferred }) => [name, inferred ? `${effect}?` : effect]),
  );

describe("the plan", () => {
  it("does nothing for the same spec after a successful deployment", () => {
    const planned = plan(olds, same);
    assert.equal(planned.action, "none");
    assert.deepEqual(planned.changes, []);
    assert.deepEqual(planned.components, []);
    assert.equal(planned.moveProject, false);
  });

  it("does nothing for any value compared with itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        assert.equal(
          plan({ spec: value, lastPhase: "ACTIVE" }, { spec: structuredClone(value) }).action,
          "none",
        );
      }),
    );
  });

  it("treats an AppSpec and its by-name form as equal", () => {
    const lists = { services: [{ name: "web", envs: [{ key: "A", value: "1" }] }] };
    const from = { spec: lists, lastPhase: "ACTIVE" };
    assert.equal(plan(from, { spec: listsToMaps(lists) }).action, "none");
    const news = {
      spec: { services: [{ name: "web", envs: [{ key: "A", value: "2", scope: "RUN_TIME" }] }] },
    };
    assert.deepEqual(
      plan(from, news),
      plan({ ...from, spec: listsToMaps(lists) }, { spec: listsToMaps(news.spec) }),
    );
  });

  it("creates an app that does not exist", () => {
    const planned = plan(undefined, same);
    assert.equal(planned.action, "create");
    assert.deepEqual(new Set(planned.components.map(({ effect }) => effect)), new Set(["created"]));
  });

  it("redeploys only the component whose run-time variable changed, as a certain effect", () => {
    assert.deepEqual(effects({ ...same, spec: changed("services.web.envs.RUN.value", "2") }), {
      web: "redeployed",
      img: "unchanged?",
      site: "unchanged?",
      db: "unchanged?",
    });
  });

  for (const [what, path, value] of [
    ["a build-time variable", "services.web.envs.BUILD.value", "2"],
    ["a variable of both times", "services.web.envs.BOTH.value", "2"],
    ["the build command", "services.web.build_command", "make all"],
    ["the source directory", "services.web.source_dir", "src"],
    ["the branch", "services.web.github.branch", "next"],
    ["the scope of a variable", "services.web.envs.BUILD.scope", "RUN_TIME"],
    ["a removed build-time variable", "services.web.envs.BUILD", undefined],
  ] as const)
    it(`expects a rebuild after a change of ${what}`, () =>
      assert.equal(effects({ ...same, spec: changed(path, value) })["web"], "rebuilt?"));

  it("expects a static site to be rebuilt if any of its variables changes", () =>
    assert.equal(
      effects({ ...same, spec: changed("static_sites.site.envs.TITLE.value", "y") })["site"],
      "rebuilt?",
    ));

  it("never rebuilds a prebuilt image", () =>
    assert.equal(effects({ ...same, spec: changed("services.img.image.tag", "2") })["img"], "redeployed"));

  it("redeploys every component except databases if a variable of the app changes", () => {
    assert.deepEqual(effects({ ...same, spec: changed("envs.ALL", { value: "1" }) }), {
      web: "rebuilt?",
      img: "redeployed",
      site: "rebuilt?",
      db: "unchanged?",
    });
  });

  it("lists added and removed components", () => {
    const without = changed("static_sites", undefined);
    assert.equal(effects({ ...same, spec: without })["site"], "removed");
    assert.equal(effects(same, { ...olds, spec: without })["site"], "created");
  });

  it("starts one new deployment if only redeployOn changed", () => {
    const planned = plan(olds, { ...same, redeployOn: { v: 2 } });
    assert.deepEqual([planned.action, planned.updateSources, planned.forceBuild], ["redeploy", false, false]);
    assert.deepEqual(effects({ ...same, redeployOn: { v: 2 } })["web"], "rebuilt");
  });

  it("skips the build cache with forceBuild in a deployment started by redeployOn", () =>
    assert.equal(plan(olds, { ...same, redeployOn: { v: 2 }, forceBuild: true }).forceBuild, true));

  it("combines a changed spec and redeployOn into one update with the newest sources", () => {
    const planned = plan(olds, {
      ...same,
      spec: changed("services.web.envs.RUN.value", "2"),
      redeployOn: { v: 2 },
    });
    assert.deepEqual([planned.action, planned.updateSources, planned.warnings.length], ["update", true, 0]);
  });

  it("warns that forceBuild does not apply to an update of the spec", () => {
    const news = { ...same, spec: changed("region", "nyc"), redeployOn: { v: 2 }, forceBuild: true };
    assert.match(plan(olds, news).warnings.join(), /cache may be reused/);
  });

  it("fetches the newest sources with every update of the spec, with updateSources", () => {
    assert.equal(
      plan(olds, { ...same, spec: changed("region", "nyc"), updateSources: true }).updateSources,
      true,
    );
    assert.equal(plan(olds, { ...same, updateSources: true }).action, "none");
  });

  it("deploys nothing if only flags change, or if redeployOn changes from absent to empty", () => {
    assert.equal(plan(olds, { ...same, forceBuild: true }).action, "none");
    assert.equal(plan({ ...olds, redeployOn: undefined }, { ...same, redeployOn: {} }).action, "none");
  });

  it("moves to another project without a deployment", () => {
    const planned = plan(olds, { ...same, projectId: "p2" });
    assert.deepEqual([planned.action, planned.moveProject], ["none", true]);
    assert.equal(plan(olds, { spec, redeployOn: { v: 1 } }).moveProject, false);
  });

  for (const [phase, action] of [
    ["ERROR", "redeploy"],
    ["CANCELED", "redeploy"],
    ["BUILDING", "resume"],
    ["PENDING_DEPLOY", "resume"],
    ["ACTIVE", "none"],
    ["SUPERSEDED", "none"],
    ["A_NEW_PHASE", "resume"],
  ] as const)
    it(`decides on ${action} if the last deployment is in phase ${phase}`, () =>
      assert.equal(plan({ ...olds, lastPhase: phase }, same).action, action));

  describe("for jobs", () => {
    const jobs = ["PRE_DEPLOY", "POST_DEPLOY", "FAILED_DEPLOY", "SCHEDULED", "UNSPECIFIED", undefined];
    const withJobs = {
      ...(spec as object),
      jobs: Object.fromEntries(jobs.map((kind, index) => [`j${index}`, { github, ...(kind && { kind }) }])),
    };

    it("reports which jobs run with a deployment, and when", () => {
      const news = { ...same, spec: { ...withJobs, region: "nyc" } };
      const runs = plan({ ...olds, spec: withJobs }, news).components.flatMap(({ kind, runs }) =>
        kind === "job" ? [runs] : [],
      );
      assert.deepEqual(runs, ["before", "after", "on failure", undefined, "after", "after"]);
    });
  });
});
