import assert from "node:assert/strict";
import fc from "fast-check";
import { valueAt, withValueAt, type Path } from "../../../provider/appspec/diff";
import { explain } from "../../../provider/appspec/explain";
import { isPlainObject, SPEC_LISTS, listsToMaps } from "../../../provider/appspec/lists-by-name";
import {
  plan,
  type Accepted,
  type ComponentPlan,
  type Plan,
  type Wanted,
} from "../../../provider/appspec/plan";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { arbitrarySpec } from "../../helpers/arbitrary-spec";
import { runs } from "../../helpers/runs";

const github = { repo: "acme/shop", branch: "main" };
const spec = listsToMaps({
  name: "shop",
  region: "fra",
  services: [
    { name: "web", github, envs: [{ key: "API_URL", value: "https://old.example.com", scope: "RUN_TIME" }] },
    { name: "img", image: { registry_type: "DOCKER_HUB", repository: "nginx", tag: "1" } },
  ],
  jobs: [{ name: "migrate", kind: "PRE_DEPLOY", github }],
  domains: [{ domain: "shop.example.com" }, { domain: "www.example.com" }],
  databases: [{ name: "db" }, { name: "big", production: true, cluster_name: "big" }],
});
const olds: Accepted = { spec, redeployOn: { commit: "1" }, lastPhase: "ACTIVE" };

const unknownAt = (path: string): Wanted => ({
  spec: withValueAt(spec, path === "" ? [] : path.split("."), UNKNOWN),
  redeployOn: { commit: "1" },
});
const lines = (news: Wanted, from: Accepted | undefined = olds): string =>
  explain(plan(from, news)).join("\n");

describe("a plan with values that are not known yet", () => {
  it("reports which component may be redeployed, and which value decides", () => {
    const planned = plan(olds, unknownAt("services.web.envs.API_URL.value"));
    assert.deepEqual([planned.action, planned.possible], ["none", "update"]);
    assert.deepEqual(planned.unknown, ["spec.services.web.envs.API_URL.value"]);
    assert.deepEqual(explain(planned), [
      "~ web (service): may be redeployed: envs.API_URL.value is not known yet",
      "~ migrate (job): runs before the deployment, if there is one",
      "3 components unchanged",
    ]);
  });

  for (const [place, pattern] of [
    ["services.web.build_command", /~ web .*may be rebuilt and redeployed: build_command is not known yet/],
    ["services.web.envs", /~ web .*may be rebuilt and redeployed: envs is not known yet/],
    ["services.img.image.tag", /~ img .*may be redeployed: image.tag is not known yet/],
    ["services.web", /~ web .*may be rebuilt and redeployed: settings is not known yet/],
    ["services", /~ web \(service\): may change or be removed: services is not known yet/],
    ["", /~ db \(database\): may change or be removed: spec is not known yet/],
    ["region", /~ img .*may be redeployed: region is not known yet/],
    ["envs", /~ web .*may be rebuilt and redeployed: envs is not known yet/],
    ["domains", /spec\.domains is not known yet and may change/],
    ["jobs.migrate.kind", /~ migrate .*may run/],
  ] as const)
    it(`reports an unknown ${place || "spec"} as such`, () => assert.match(lines(unknownAt(place)), pattern));

  it("distinguishes certain and possible effects on a component", () => {
    const known = withValueAt(spec, ["services", "web", "instance_count"], 2);
    const news = {
      ...unknownAt(""),
      spec: withValueAt(known, ["services", "web", "build_command"], UNKNOWN),
    };
    assert.match(
      lines(news),
      /~ web \(service\): redeploy: instance_count added; may be rebuilt and redeployed: build_command/,
    );
  });

  it("never announces a deployment, an uncached build or a move that depends on unknown arguments", () => {
    const wanted = { spec, redeployOn: { commit: UNKNOWN }, forceBuild: true, projectId: UNKNOWN };
    const planned = plan({ ...olds, projectId: "p1" }, wanted);
    assert.deepEqual([planned.action, planned.possible], ["none", "redeploy"]);
    assert.deepEqual([planned.forceBuild, planned.moveProject], [false, false]);
    assert.deepEqual(planned.unknown, ["redeployOn.commit", "projectId"]);
    assert.match(explain(planned).join("\n"), /~ web .*may be rebuilt.*redeployOn\.commit is not known yet/);
  });

  it("lists only the dev databases whose data an unknown list may remove", () => {
    for (const place of ["databases", ""]) {
      const warnings = plan(olds, unknownAt(place)).warnings.filter((warning) => /data/.test(warning));
      assert.equal(warnings.length, 1, place);
      assert.match(warnings[0]!, /is not known yet: the dev database db may be removed, with all data/);
    }
    assert.doesNotMatch(plan(olds, unknownAt("databases")).warnings.join(), /\bbig\b/);
  });

  it("lists the domains that may be removed and the region that may change", () => {
    assert.match(
      plan(olds, unknownAt("domains")).warnings.join(),
      /spec\.domains is not known yet: .*no longer be served at shop\.example\.com, www\.example\.com/,
    );
    assert.match(plan(olds, unknownAt("region")).warnings.join(), /may move from region fra/);
    assert.match(plan(olds, unknownAt("maintenance")).warnings.join(), /may be taken offline/);
  });

  it("reports which components of a new app are not known yet", () => {
    const news = { spec: { name: "shop", services: UNKNOWN, workers: [{ name: "w", github }] } };
    assert.deepEqual(explain(plan(undefined, news)), [
      "+ w (worker): create, 1 × apps-s-1vcpu-0.5gb",
      "spec.services is not known yet",
    ]);
  });

  it("never shows Pulumi's placeholder for an unknown value", () =>
    fc.assert(
      fc.property(arbitraryUnknown, ({ from, open }) => {
        const planned = plan(from, open);
        const shown = [...explain(planned), ...explain(plan(undefined, open)), ...planned.warnings];
        assert.ok(!shown.join("\n").includes(UNKNOWN));
      }),
    ));

  it("is correct for any later values", () =>
    fc.assert(
      fc.property(arbitraryUnknown, ({ from, open, resolved }) => {
        const planned = plan(from, open);
        const later = plan(from, resolved);
        assertHolds(planned, later);
      }),
      { numRuns: runs(60, 300) },
    ));
});

/** Every fact of the first plan is one of the second, and nothing happens in it that the first has not called possible. */
function assertHolds(planned: Plan, later: Plan): void {
  assert.ok([planned.action, planned.possible].includes(later.action), `${planned.action} ${later.action}`);
  if (planned.updateSources) assert.ok(later.updateSources);
  if (planned.forceBuild) assert.ok(later.forceBuild);
  if (planned.moveProject) assert.ok(later.moveProject);
  for (const { path } of planned.changes)
    assert.ok(later.changes.some((change) => within(path, change.path)));
  for (const component of planned.components) {
    const then = later.components.find(
      ({ name, kind }) => name === component.name && kind === component.kind,
    );
    assertEffect(component, then?.effect ?? "unchanged");
  }
  const isFact = (warning: string): boolean => !/\bmay\b/.test(warning);
  for (const warning of planned.warnings.filter(isFact)) assert.ok(later.warnings.includes(warning), warning);
  for (const [, name = ""] of later.warnings.join("\n").matchAll(/dev database (\S+) is removed/g))
    assert.ok(
      planned.warnings.some((warning) => /data/.test(warning) && warning.includes(name)),
      name,
    );
}

function assertEffect({ name, effect, possible }: ComponentPlan, later: ComponentPlan["effect"]): void {
  const ranks = ["unchanged", "redeployed", "rebuilt"];
  const facts = `${name}: ${effect}, possibly ${possible}, but ${later}`;
  if (effect === "created" || effect === "removed") assert.equal(later, effect, facts);
  else if (possible === "removed") assert.ok(later === "removed" || ranks.includes(later), facts);
  else {
    const rank = ranks.indexOf(later);
    assert.ok(rank >= ranks.indexOf(effect), facts);
    assert.ok(rank <= ranks.indexOf(possible ?? effect), facts);
  }
}

const within = (path: Path, other: Path): boolean =>
  path.every((step, index) => index >= other.length || other[index] === step);

/** Everything in a value that could be an Output, the value itself included. */
function nodes(value: unknown, path: Path = []): Path[] {
  const inner = isPlainObject(value)
    ? Object.entries(value).flatMap(([key, item]) => nodes(item, [...path, key]))
    : Array.isArray(value)
      ? value.flatMap((item, index) => nodes(item, [...path, index]))
      : [];
  return [path, ...inner];
}

/** What is in a list does not vanish when it becomes known. */
const isItem = (path: Path): boolean =>
  typeof path.at(-1) === "number" || Object.hasOwn(SPEC_LISTS, String(path.at(-2)));

interface Case {
  from: Accepted;
  open: Wanted;
  resolved: Wanted;
}

/** Two states of an app; in the later one, some places are not known yet, and turn out as they are, or as they were. */
const arbitraryUnknown: fc.Arbitrary<Case> = fc
  .record({
    before: arbitrarySpec.map((one) => listsToMaps(one)),
    other: arbitrarySpec.map((one) => listsToMaps(one)),
    isOther: fc.boolean(),
    edits: fc.array(fc.nat(), { maxLength: 3 }),
    picks: fc.array(fc.tuple(fc.nat(), fc.boolean()), { minLength: 1, maxLength: 3 }),
    lastPhase: fc.constantFrom(undefined, "ACTIVE", "ERROR", "BUILDING"),
    asks: fc.constantFrom("same", "changed", "unknown"),
    updateSources: fc.boolean(),
    forceBuild: fc.boolean(),
  })
  .map(({ before, other, isOther, edits, picks, lastPhase, asks, updateSources, forceBuild }) => {
    let after = isOther ? other : before;
    for (const edit of edits) {
      const places = nodes(after).filter((path) => typeof valueAt(after, path) === "string");
      const path = places[edit % Math.max(places.length, 1)];
      if (path) after = withValueAt(after, path, "edited");
    }
    let [open, resolved] = [after, after];
    for (const [pick, asBefore] of picks) {
      const places = nodes(open);
      const path = places[pick % places.length] as Path;
      open = withValueAt(open, path, UNKNOWN);
      const was = valueAt(before, path);
      if (asBefore && (was !== undefined || !isItem(path))) resolved = withValueAt(resolved, path, was);
    }
    const settings = { updateSources, forceBuild };
    return {
      from: { spec: before, redeployOn: { commit: "1" }, lastPhase },
      open: { ...settings, spec: open, redeployOn: { commit: asks === "unknown" ? UNKNOWN : asks } },
      resolved: { ...settings, spec: resolved, redeployOn: { commit: asks === "unknown" ? "1" : asks } },
    };
  });
