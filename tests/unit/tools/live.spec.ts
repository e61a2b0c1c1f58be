import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ASSUMPTIONS } from "../../../emulator/assumptions";
import { cleanUp, CreatedApps } from "../../../tools/live/created";
import {
  Findings,
  masked,
  secondsAfterFailure,
  shapeOf,
  type Finding,
  type Verdict,
} from "../../../tools/live/findings";
import { changesSince, markdown } from "../../../tools/live/report";
import { UNOBSERVABLE } from "../../../tools/live/unobservable";
import { LiveUsageError, parseLive, targetOf } from "../../../tools/live/target";

const FIRST = "11111111-1111-4111-8111-111111111111";
const SECOND = "22222222-2222-4222-8222-222222222222";
const NOW = Date.parse("2027-01-01T00:00:00Z");

describe("npm run live", () => {
  it("runs on the emulator without --real, whatever the environment contains", () => {
    const env = {
      DIGITALOCEAN_TOKEN: "dop_v1_real",
      DIGITALOCEAN_ACCESS_TOKEN: "dop_v1_real",
      DIGITALOCEAN_API_URL: "https://api.digitalocean.com",
      PULUMI_CONFIG: '{"digitalocean:token":"dop_v1_real"}',
      CI: "true",
    };
    for (const args of [[], ["--yes"], ["--otherwise", "deleted-at-once"]]) {
      const options = parseLive(args);
      assert.ok(options !== "help");
      assert.deepEqual(targetOf(options, env), { kind: "emulator" });
    }
  });

  it("uses the service with --real and DIGITALOCEAN_TOKEN only", () => {
    assert.deepEqual(targetOf({ real: true }, { DIGITALOCEAN_TOKEN: "t" }), { kind: "service", token: "t" });
    for (const env of [{}, { DIGITALOCEAN_TOKEN: " " }, { DIGITALOCEAN_ACCESS_TOKEN: "t" }])
      assert.throws(() => targetOf({ real: true }, env), LiveUsageError);
  });

  it("rejects unknown arguments, and switched assumptions on the service", () => {
    for (const args of [["--rael"], ["--out"], ["--real", "--otherwise", "deleted-at-once"]])
      assert.throws(() => parseLive(args), LiveUsageError);
  });

  describe("the record of created apps", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "live-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    it("is on disk as soon as an id is added, and read by the next run", () => {
      const file = join(folder, "out", "created.json");
      new CreatedApps(file).add(FIRST);
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { apps: [FIRST] });
      assert.deepEqual(new CreatedApps(file).list, [FIRST]);
    });

    const deleting = (status: (id: string) => number, apps: { id: string; name: string }[] = []) => {
      const asked: string[] = [];
      const remove = (id: string): Promise<number> => (asked.push(id), Promise.resolve(status(id)));
      return { asked, remove, list: () => Promise.resolve(apps), now: () => NOW };
    };

    it("is the only source of ids to delete, and keeps those that could not be deleted", async () => {
      const file = join(folder, "created.json");
      const created = new CreatedApps(file);
      created.add(FIRST);
      created.add(SECOND);
      const service = deleting((id) => (id === FIRST ? 404 : 503));
      const left = await cleanUp(created, service);
      assert.deepEqual(left, { ids: [SECOND], names: [] });
      assert.deepEqual([service.asked, new CreatedApps(file).list], [[FIRST, SECOND], [SECOND]]);
    });

    it("deletes an app whose id was lost only if its name is exactly the recorded one", async () => {
      const created = new CreatedApps(join(folder, "created.json"));
      created.request("pap-live-1", NOW);
      const others = [{ id: SECOND, name: "pap-live-1-c" }];
      const unseen = deleting(() => 204, others);
      assert.deepEqual(await cleanUp(created, unseen), { ids: [], names: ["pap-live-1"] });
      const seen = deleting(() => 204, [...others, { id: FIRST, name: "pap-live-1" }]);
      assert.deepEqual(await cleanUp(created, seen), { ids: [], names: [] });
      assert.deepEqual([unseen.asked, seen.asked], [[], [FIRST]]);
    });

    it("forgets a creation that was refused, has an id, or whose app is in no list after minutes", async () => {
      const file = join(folder, "created.json");
      const created = new CreatedApps(file);
      for (const name of ["refused", "made", "old"]) created.request(name, NOW - 11 * 60_000);
      created.refused("refused");
      created.add(FIRST, "made");
      assert.deepEqual(
        new CreatedApps(file).requested.map(({ name }) => name),
        ["old"],
      );
      const unlisted = { ...deleting(() => 503), list: () => Promise.reject(new Error("403")) };
      assert.deepEqual(await cleanUp(created, unlisted), { ids: [FIRST], names: ["old"] });
      assert.deepEqual(
        await cleanUp(
          created,
          deleting(() => 204),
        ),
        { ids: [], names: [] },
      );
      assert.deepEqual(new CreatedApps(file).requested, []);
    });

    it("keeps a creation whose response was lost when a second one of that name is refused", () => {
      const created = new CreatedApps(join(folder, "created.json"));
      created.request("pap-live-1", NOW);
      created.request("pap-live-1", NOW + 1);
      created.refused("pap-live-1");
      assert.deepEqual(created.requested, [{ name: "pap-live-1", at: NOW }]);
    });

    it("is not read if it is damaged", () => {
      const file = join(folder, "created.json");
      for (const text of ['{"apps":["x"]}', "{}", '{"apps":[],"requested":[{"name":"a"}]}']) {
        writeFileSync(file, text);
        assert.throws(() => new CreatedApps(file), /damaged/);
      }
    });
  });

  it("reports every assumption once, and a contradiction even if other checks confirm it", () => {
    const findings = new Findings();
    findings.note("deleted-at-once", false, "200");
    findings.note("deleted-at-once", true, "404");
    const all = findings.all();
    assert.deepEqual(
      all.map(({ id }) => id),
      ASSUMPTIONS.map(({ id }) => id),
    );
    assert.equal(all.find(({ id }) => id === "deleted-at-once")?.verdict, "contradicted");
    const check = { name: "returns an app", ok: false, seconds: 1, observed: "no id" };
    const text = markdown({
      target: "x",
      started: "",
      contract: [check],
      steps: [],
      findings: all,
      otherwise: ["deleted-at-once=3"],
      changes: changesSince([{ id: "deleted-at-once", verdict: "confirmed", evidence: "404" }], all),
      observed: [],
      left: 0,
    });
    assert.match(text, /`deleted-at-once=3` \| contradicted: 200/);
    assert.match(text, /`deleted-at-once` \| confirmed: 404 \| contradicted: 200/);
    assert.match(text, /returns an app \| failed \| 1 \| no id/);
    assert.match(text, /`deleted-at-once` \| contradicted/);
  });

  it("compares with an earlier run only what both have observed", () => {
    const seen = (verdict: Verdict, evidence = ""): Finding[] => [
      { id: "deleted-at-once", verdict, evidence },
    ];
    const none = seen("not observable");
    for (const [before, now] of [
      [[], seen("confirmed")],
      [none, seen("confirmed")],
      [seen("confirmed"), none],
      [seen("confirmed", "404"), seen("confirmed", "404")],
    ] as const)
      assert.deepEqual(changesSince(before, now), []);
    assert.equal(changesSince(seen("confirmed", "404"), seen("confirmed", "410")).length, 1);
  });

  it("counts the seconds from the failure to the rollback, even if the rollback fails as well", () => {
    const at = (second: number): string => new Date(NOW + second * 1000).toISOString();
    const rollback = { id: "b", phase: "ERROR", created_at: at(12), phase_last_updated_at: at(20) };
    const failed = { id: "a", phase: "ERROR", created_at: at(-5), phase_last_updated_at: at(0) };
    assert.equal(secondsAfterFailure([{ id: "c" }, rollback, failed], "b"), 12);
    assert.equal(secondsAfterFailure([rollback], "b"), undefined);
  });

  it("has either a probe for an assumption, or a reason why it cannot be observed", () => {
    const probes = ["probes.ts", "life.ts", "buffering.ts"].map((file) =>
      readFileSync(join(__dirname, "..", "..", "..", "tools", "live", file), "utf8"),
    );
    for (const { id } of ASSUMPTIONS) {
      const isProbed = probes.some((text) => text.includes(`"${id}"`));
      assert.notEqual(isProbed, UNOBSERVABLE[id] !== undefined, id);
    }
    const unseen = new Findings().all().find(({ id }) => id === "domain-ready-deploys");
    assert.equal(unseen?.evidence, UNOBSERVABLE["domain-ready-deploys"]);
  });

  it("masks ids, tokens, ciphertext and addresses, and reports only the shape of bodies", () => {
    const secret = `${FIRST} dop_v1_abc EV[1:abc:def] Bearer xyz https://h/?token=qqq&a=1 sammy@example.com`;
    const text = masked(secret);
    for (const part of [FIRST, "dop_v1", "abc:def", "xyz", "qqq", "sammy"])
      assert.ok(!text.includes(part), part);
    assert.deepEqual(shapeOf({ app: { id: FIRST, list: [1, 2] } }), {
      app: { id: "string", list: ["number"] },
    });
  });
});
