import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { listsToMaps } from "../../../../provider/appspec/lists-by-name";
import { KEPT_SECRET } from "../../../../provider/appspec/secrets";
import { UNKNOWN } from "../../../../provider/appspec/unknown";
import type { HiddenInputs } from "../../../../provider/dynamic/hidden-inputs";
import type { AppInputs } from "../../../../provider/resources/app/state";
import { checkApp } from "../../../helpers/check-app";
import { SHOP } from "../../../helpers/world/provider-world";
import { temporaryFolder } from "../../../helpers/temporary-folder";
import { runs } from "../../../helpers/runs";

const spec = listsToMaps(SHOP);
const IMAGE = { registry_type: "GHCR", registry: "acme", repository: "mail" };
const withWorker = (fields: object): object => ({
  ...SHOP,
  workers: [{ name: "mail", github: { repo: "example/mail" }, ...fields }],
});
const reasons = (news: object): string[] => {
  const { failures } = checkApp({ spec, ...news } as AppInputs & HiddenInputs);
  for (const { property } of failures) assert.equal(property, "");
  return failures.map(({ reason }) => reason);
};

describe("check", () => {
  it("accepts every argument in all its forms, and unknown values anywhere", () => {
    const good: object[] = [
      {},
      { projectId: "p", redeployOn: { a: [1, null] }, updateSources: true, forceBuild: false, wait: true },
      { timeouts: { create: "1h", update: "90s", delete: "1.5m" }, allowUnknown: false },
      { timeouts: {}, redeployOn: {} },
      { adopt: true },
      { adopt: false },
      { adopt: "4f6c71e2" },
      { backup: true },
      { backup: false },
      { backup: {} },
      { backup: { directory: "kept" } },
      { backup: { directory: UNKNOWN }, timeouts: { create: UNKNOWN } },
    ];
    for (const news of good) assert.deepEqual(reasons(news), [], JSON.stringify(news));
    const names = ["spec", "projectId", "redeployOn", "updateSources", "wait", "adopt", "backup", "timeouts"];
    for (const name of names) assert.deepEqual(reasons({ [name]: UNKNOWN }), [], name);
  });

  it("rejects likely misspelled arguments, and warns about other unknown ones", () => {
    assert.match(
      reasons({ timeout: { create: "1h" }, redeployon: {} }).join("\n"),
      /^timeout: .*mean timeouts\?\nredeployon: .*mean redeployOn\?$/,
    );
    const news = { spec, color: "blue", __hidden: 1, alertDestinations: {} } as unknown as AppInputs;
    const { failures, warnings } = checkApp(news);
    assert.deepEqual(failures, []);
    assert.match(warnings.join("\n"), /^color: .*no effect$/);
  });

  it("reports each invalid argument with the expected type", () => {
    const wrong: [object, RegExp][] = [
      [{ spec: undefined }, /^spec: an App needs a spec/],
      [{ spec: null }, /^spec: an App needs a spec/],
      [{ projectId: 7 }, /^projectId: must be the id/],
      [{ projectId: "" }, /^projectId: must be the id/],
      [{ redeployOn: "now" }, /^redeployOn: must be a map/],
      [{ redeployOn: ["now"] }, /^redeployOn: must be a map/],
      [{ redeployOn: null }, /^redeployOn: must be a map/],
      [{ updateSources: "yes" }, /^updateSources: must be true or false/],
      [{ forceBuild: 1 }, /^forceBuild: must be true or false/],
      [{ wait: "false" }, /^wait: must be true or false/],
      [{ allowUnknown: null }, /^allowUnknown: must be true or false/],
      [{ adopt: "" }, /^adopt: must be true, or the id/],
      [{ adopt: 7 }, /^adopt: must be true, or the id/],
      [{ backup: "folder" }, /^backup: must be false, or/],
      [{ backup: { directory: "" } }, /^backup: must be false, or/],
      [{ timeouts: "1h" }, /^timeouts: must be a map/],
      [{ timeouts: { create: 30 } }, /^timeouts: create must be a duration/],
      [{ timeouts: { creation: "1h" } }, /^timeouts: .*creation.*create, update, delete/],
    ];
    for (const [news, expected] of wrong)
      assert.ok(
        reasons(news).some((reason) => expected.test(reason)),
        `${JSON.stringify(news)}: ${reasons(news).join("; ")}`,
      );
  });

  it("reports all problems at once, each with its path by name", () => {
    const found = reasons({
      wait: "no",
      adopt: 7,
      spec: {
        ...(spec as object),
        services: { web: { instace_count: 1, envs: { A: { value: "1", typ: "SECRET" } } } },
      },
    });
    assert.equal(found.length >= 4, true, found.join("\n"));
    assert.ok(found.some((reason) => reason.startsWith("spec.services.web.instace_count: ")));
    assert.ok(found.some((reason) => reason.startsWith("spec.services.web.envs.A.typ: ")));
  });

  it("accepts possible new fields with a warning, and likely typos only with allowUnknown", () => {
    const web = (more: object): unknown =>
      listsToMaps({ ...SHOP, services: [{ ...SHOP.services![0], ...more }] });
    const fresh = checkApp({ spec: web({ brand_new_field: 1 }) });
    assert.deepEqual(fresh.failures, []);
    assert.match(fresh.warnings.join(), /brand_new_field/);
    assert.equal(checkApp({ spec: web({ instace_count: 1 }) }).failures.length, 1);
    const allowed = checkApp({ spec: web({ instace_count: 1 }), allowUnknown: true });
    assert.deepEqual(allowed.failures, []);
    assert.match(allowed.warnings.join(), /instace_count/);
  });

  it("never throws, whatever it is given", () => {
    const keys = [
      "spec",
      "projectId",
      "redeployOn",
      "wait",
      "adopt",
      "backup",
      "timeouts",
      "__file",
      "__urn",
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), (news) => {
        assert.ok(Array.isArray(checkApp(news as unknown as AppInputs).failures));
      }),
      { numRuns: runs(60, 300) },
    );
  });

  describe("with the file of the spec", () => {
    const folder = temporaryFolder();
    const typo = {
      name: "shop",
      static_sites: [{ name: "site", github: { repo: "example/site" }, output_dri: "out" }],
    };
    const text =
      "name: shop\nstatic_sites:\n  - name: site\n    output_dri: out\n    github:\n      repo: example/site\n";

    it("adds line, column and the line itself", () => {
      const file = join(folder.path, "app.yaml");
      writeFileSync(file, text);
      const [reason] = reasons({ spec: listsToMaps(typo), __file: file });
      const shown = relative("", file).startsWith("..") ? file : relative("", file);
      assert.ok(reason?.includes(`(${shown}:4:5)`), reason);
      assert.match(reason ?? "", /\n +4 \| {5}output_dri: /);
    });

    it("shows a file in the working directory by its relative path", () => {
      const before = process.cwd();
      process.chdir(folder.path);
      try {
        writeFileSync("app.yaml", text);
        const [reason] = reasons({ spec: listsToMaps(typo), __file: join(folder.path, "app.yaml") });
        assert.ok(reason?.includes("(app.yaml:4:5)"), reason);
      } finally {
        process.chdir(before);
      }
    });

    it("omits the location when the file is gone, changed or still unknown", () => {
      const gone = join(folder.path, "gone.yaml");
      writeFileSync(join(folder.path, "broken.yaml"), "a: [");
      for (const __file of [gone, join(folder.path, "broken.yaml"), folder.path, UNKNOWN]) {
        const [reason] = reasons({ spec: listsToMaps(typo), __file });
        assert.match(reason ?? "", /^spec\.static_sites\.site\.output_dri: [^\n]*output_dir/);
      }
    });
  });

  describe("for values that are already encrypted", () => {
    const CIPHER = `EV[1:${"A".repeat(32)}:${"B".repeat(24)}]`;
    const places: [spec: object, address: string][] = [
      [{ ...SHOP, envs: [{ key: "TOKEN", value: CIPHER, type: "SECRET" }] }, "TOKEN"],
      [{ ...SHOP, envs: [{ key: "TOKEN", value: CIPHER }] }, "TOKEN"],
      [{ ...SHOP, envs: [{ key: "TOKEN", value: KEPT_SECRET, type: "SECRET" }] }, "TOKEN"],
      [withWorker({ envs: [{ key: "TOKEN", value: CIPHER, type: "SECRET" }] }), "mail.TOKEN"],
      [
        withWorker({ github: undefined, image: { ...IMAGE, registry_credentials: CIPHER } }),
        "mail.registry_credentials",
      ],
    ];
    const found = (spec: object, isNew: boolean, more: object = {}): string[] =>
      checkApp({ spec: listsToMaps(spec), ...more } as AppInputs & HiddenInputs, isNew).failures.map(
        ({ reason }) => reason,
      );

    it("fails for a new app and explains how to supply each", () => {
      for (const [spec, address] of places) {
        const [reason, ...others] = found(spec, true);
        assert.match(reason ?? "", /encrypted for an existing app/);
        assert.ok(reason?.includes(JSON.stringify(address)), reason);
        assert.ok(!reason?.includes("EV["));
        assert.deepEqual(others, []);
      }
    });

    it("passes when the app exists or is adopted", () => {
      for (const [spec] of places) {
        assert.deepEqual(found(spec, false), []);
        assert.deepEqual(found(spec, true, { adopt: true }), []);
        assert.deepEqual(found(spec, true, { adopt: "4f6c71e2" }), []);
      }
    });
  });

  describe("for variables that the program sets several times", () => {
    const doubled = [
      { key: "A", value: "1" },
      { key: "B", value: "2" },
      { key: "A", value: "3" },
    ];
    const folder = temporaryFolder();
    const warnings = (spec: object, repeated: unknown, more: object = {}): string[] =>
      checkApp({ spec: listsToMaps(spec), __repeated: repeated, ...more } as AppInputs & HiddenInputs)
        .warnings;

    it("warns once per variable, in the app and in components, whichever part was an Output", () => {
      const spec = withWorker({ envs: doubled });
      const inWorker = { list: ["workers", "mail", "envs"], key: "A", at: [0, 2] };
      for (const repeated of [[inWorker], [[[inWorker]]], [UNKNOWN, inWorker]]) {
        const [warning, ...others] = warnings(spec, repeated);
        assert.match(warning ?? "", /^spec\.workers\.mail\.envs\.A\.key: appears twice, as items 1 and 3/);
        assert.deepEqual(others, []);
      }
      const inApp = { list: ["envs"], key: "A", at: [0, 2] };
      assert.match(warnings({ ...SHOP, envs: doubled }, [inApp])[0] ?? "", /^spec\.envs\.A\.key: /);
    });

    it("reports both lines of the file", () => {
      const file = join(folder.path, "app.yaml");
      writeFileSync(
        file,
        "name: shop\nenvs:\n- key: A\n  value: 1\n- key: B\n  value: 2\n- key: A\n  value: 3\nworkers:\n- name: mail\n  github: { repo: a/b }\n",
      );
      const [warning] = warnings({ ...SHOP, envs: doubled }, [{ list: ["envs"], key: "A", at: [0, 2] }], {
        __file: file,
      });
      assert.match(warning ?? "", /app\.yaml:3:3 and 7:3\)/);
    });

    it("reports nothing when the list has changed since", () => {
      assert.deepEqual(warnings(SHOP, [{ list: ["jobs", "gone", "envs"], key: "A", at: [0, 1] }]), []);
      for (const odd of [undefined, null, UNKNOWN, "x", [null], {}])
        assert.deepEqual(warnings(SHOP, odd), []);
    });
  });
});
