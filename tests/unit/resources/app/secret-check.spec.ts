import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { HiddenInputs } from "../../../../provider/dynamic/hidden-inputs";
import type { CheckResult } from "../../../../provider/resources/app/check";
import { mapLeaves, withValueAt, type Path } from "../../../../provider/appspec/diff";
import { listsToMaps } from "../../../../provider/appspec/lists-by-name";
import type { AppInputs } from "../../../../provider/resources/app/state";
import { arbitrarySpec } from "../../../helpers/arbitrary-spec";
import { checkApp } from "../../../helpers/check-app";
import { temporaryFolder } from "../../../helpers/temporary-folder";
import { runs } from "../../../helpers/runs";

const checked = (spec: unknown, secrets: Path[], more: object = {}): CheckResult =>
  checkApp({ spec: listsToMaps(spec), ...more, __secrets: secrets } as AppInputs & HiddenInputs);
const said = ({ failures, warnings }: CheckResult): string =>
  [...failures.map(({ reason }) => reason), ...warnings].join("\n");

const web = (more: object): object => ({
  name: "shop",
  services: [
    { name: "web", git: { repo_clone_url: "https://git.example.com/web.git", branch: "main" }, ...more },
  ],
});
const place = (...steps: (string | number)[]): Path => ["spec", "services", "web", ...steps];

/** Leaves of a spec, as argument paths. */
function leavesOf(spec: unknown): Path[] {
  const found: Path[] = [];
  mapLeaves(spec, (leaf, path) => (found.push(["spec", ...path]), leaf));
  return found;
}

describe("check of secrets", () => {
  const folder = temporaryFolder();

  it("repeats no secret value, wherever it is and whatever its problem", () => {
    const values = fc.oneof(
      fc.constantFrom(
        "S3cr3t-value",
        "apps-s-9vcpu-9gb-S3cr3t",
        "S3cr3t".repeat(30),
        "https://u:S3cr3t@host/x",
      ),
      fc.constantFrom("${S3cr3t.X}", "/S3cr3t", "S3cr3t value\nof two S3cr3t lines", "7S3cr3t-"),
      fc.constant(5_813_745),
    );
    fc.assert(
      fc.property(
        arbitrarySpec,
        fc.array(fc.tuple(fc.nat(), values), { minLength: 1, maxLength: 4 }),
        (spec, changes) => {
          const leaves = leavesOf(listsToMaps(spec));
          const places = changes.map(([index]) => leaves[index % leaves.length] as Path);
          const inputs = changes.reduce<unknown>(
            (copy, [, value], index) => withValueAt(copy, places[index] as Path, value),
            { spec: listsToMaps(spec) },
          );
          const result = checkApp({ ...(inputs as AppInputs), __secrets: places } as AppInputs &
            HiddenInputs);
          assert.doesNotMatch(said(result), /S3cr3t|5813745/);
        },
      ),
      { numRuns: runs(12, 60) },
    );
  });

  it("reports a problem with a secret without the value or what it was compared with", () => {
    const size = checked(web({ instance_size_slug: "apps-s-1vcpu-2GB" }), [place("instance_size_slug")]);
    assert.match(said(size), /spec\.services\.web\.instance_size_slug: .*not shown/);
    assert.doesNotMatch(said(size), /vcpu/);
    const port = checked(web({ http_port: "8O8O" }), [place("http_port")]);
    assert.match(port.failures[0]?.reason ?? "", /spec\.services\.web\.http_port: has the wrong type/);
  });

  it("still reports problems unrelated to the secret in full", () => {
    const wrong = web({ instace_count: 2, run_command: "serve S3cr3t" });
    const [failure] = checked(wrong, [place("run_command")]).failures;
    assert.match(failure?.reason ?? "", /instace_count: .*did you mean instance_count\?/);
    const inside = web({ envs: [{ key: "S3CR3T_KEY", value: "S3cr3t", scoep: "RUN_TIME" }] });
    const hidden = said(checked(inside, [place("envs")]));
    assert.match(hidden, /spec\.services\.web\.envs\.\*\*\*\.\*\*\*: .*did you mean scope\?/);
    assert.doesNotMatch(hidden, /S3cr3t/i);
  });

  it("shows no line of the file that contains the value", () => {
    const file = join(folder.path, "app.yaml");
    const line = "{ name: web, run_command: serve S3cr3t, instace_count: 2 }";
    writeFileSync(file, `name: shop\nservices:\n  - ${line}\n`);
    const wrong = {
      name: "shop",
      services: [{ name: "web", run_command: "serve S3cr3t", instace_count: 2 }],
    };
    const told = said(checked(wrong, [place("run_command")], { __file: file }));
    assert.match(told, /app\.yaml:3:/);
    assert.doesNotMatch(told, /S3cr3t/);
    assert.match(said(checked(wrong, [], { __file: file })), /serve S3cr3t/);
  });

  it("masks secrets in the other arguments", () => {
    const { failures } = checked(web({}), [["alertDestinations"]], {
      alertDestinations: { "S3cr3t/CPU_UTILIZATION": { emails: ["a@example.com"] } },
    });
    assert.equal(failures.length, 1);
    assert.doesNotMatch(failures[0]?.reason ?? "", /S3cr3t/);
  });

  describe("warns about secrets that the service returns in clear text", () => {
    const warned = (spec: unknown, secrets: Path[]): string =>
      checked(spec, secrets).warnings.find((text) => text.includes("plain text")) ?? "";
    const env = (more: object): object => web({ envs: [{ key: "PASSWORD", value: "S3cr3t", ...more }] });
    const value = place("envs", "PASSWORD", "value");

    it("in one line, with every path and how to declare them", () => {
      const spec = web({ envs: [{ key: "PASSWORD", value: "S3cr3t" }], run_command: "serve S3cr3t" });
      const text = warned(spec, [value, place("run_command")]);
      assert.match(text, /spec\.services\.web\.envs\.PASSWORD\.value, spec\.services\.web\.run_command/);
      assert.match(text, /type: SECRET/);
      assert.doesNotMatch(text, /\n|S3cr3t/);
      assert.equal(checked(spec, [value, place("run_command")]).warnings.length, 1);
    });

    it("but not about encrypted ones, other arguments, or empty values", () => {
      assert.equal(warned(env({ type: "SECRET" }), [value]), "");
      assert.equal(warned(env({ value: "" }), [value]), "");
      assert.equal(warned(env({}), [["projectId"]]), "");
      assert.equal(warned(env({}), []), "");
    });

    it("as a whole when a list is one secret, unless it contains only encrypted values", () => {
      assert.match(warned(env({}), [place("envs")]), /spec\.services\.web\.envs\./);
      assert.equal(warned(env({ type: "SECRET", scope: "RUN_TIME" }), [place("envs")]), "");
      assert.match(warned(env({}), [["spec"]]), /: spec\. Make single values secret/);
    });

    it("in one line of limited length, however many there are", () => {
      const keys = Array.from({ length: 30 }, (_, index) => `KEY_${index}`);
      const many = web({ envs: keys.map((key) => ({ key, value: "S3cr3t" })) });
      const text = warned(
        many,
        keys.map((key) => place("envs", key, "value")),
      );
      assert.match(text, /KEY_0\.value.* and 20 more/);
    });
  });

  it("without repeating paths that are secret in the spec", () => {
    const spec = web({ envs: [{ key: "A", value: "x", type: "SECRET" }], run_command: "y" });
    const { places } = checked(spec, [place("envs", "A", "value"), place("run_command")]);
    assert.deepEqual(places, [place("run_command")]);
  });
});
