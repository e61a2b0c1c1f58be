import assert from "node:assert/strict";
import { notesOf, sectionOf } from "../../../tools/release/changelog";
import { problemsOf, versionsIn, type Facts } from "../../../tools/release/checks";
import { installedWith, type Lockfile } from "../../../tools/release/lockfile";
import { sbomOf } from "../../../tools/release/sbom";

const CHANGELOG = "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-11-28\n\n- New.\n\n## 0.1.0\n\n- First.\n";
const READY: Facts = {
  versions: { "provider/package.json": "0.2.0" },
  tag: "v0.2.0",
  changelog: CHANGELOG,
  status: "",
};

describe("a release", () => {
  it("has nothing in its way with one version, a dated section, its tag, and a clean tree", () => {
    assert.deepEqual(problemsOf("0.2.0", READY), []);
  });

  const REFUSED: [why: string, facts: Partial<Facts>, pattern: RegExp][] = [
    ["a place has another version", { versions: { here: "0.1.9" } }, /here .*0\.1\.9.*0\.2\.0/],
    ["a place has no version", { versions: { here: undefined } }, /here .*0\.2\.0/],
    ["the tag is that of another version", { tag: "v0.3.0" }, /v0\.3\.0.*v0\.2\.0/],
    [
      "the changelog lacks the version",
      { changelog: "## 0.1.0 - 2026-01-01\n\n- First.\n" },
      /CHANGELOG.*0\.2\.0/,
    ],
    [
      "the section is empty",
      { changelog: CHANGELOG.replace("- New.", "") },
      /CHANGELOG.*no entries for 0\.2\.0/,
    ],
    ["the section has no date", { changelog: CHANGELOG.replace(" - 2026-11-28", "") }, /CHANGELOG.*date/],
    [
      "entries are unreleased",
      { changelog: CHANGELOG.replace("Unreleased\n", "Unreleased\n\n- Late.\n") },
      /Unreleased/,
    ],
    ["the working tree is not clean", { status: " M provider/index.ts\n?? new.ts\n" }, /index\.ts.*new\.ts/],
  ];
  for (const [why, facts, pattern] of REFUSED)
    it(`is refused if ${why}`, () => {
      const problems = problemsOf("0.2.0", { ...READY, ...facts });
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", pattern);
    });

  it("is refused with all reasons at once", () => {
    assert.equal(problemsOf("0.3.0", { ...READY, status: "?? a\n" }).length, 4);
  });

  it("has the entries of its version as its notes; a dry run, those that are not released yet", () => {
    assert.deepEqual(sectionOf(CHANGELOG, "0.2.0"), { date: "2026-11-28", text: "- New." });
    assert.deepEqual(sectionOf(CHANGELOG, "0.1.0"), { text: "- First." });
    assert.equal(sectionOf(CHANGELOG, "0.1"), undefined);
    assert.equal(notesOf(CHANGELOG, "0.2.0"), "- New.\n");
    assert.equal(notesOf(CHANGELOG.replace("Unreleased\n", "Unreleased\n\n- Late.\n"), "0.2.0"), "- Late.\n");
  });

  it("finds the versions that a page tells readers to install", () => {
    const page =
      "install resource app-platform 0.1.0 --file p-app-platform-v0.2.0-x\nadd app-platform@0.3.0\n" +
      "npm install ./pulumi-app-platform-sdk-0.4.0.tgz\npip install pulumi_app_platform-0.5.0-py3-none-any.whl";
    const versions = Object.values(versionsIn("docs/x.md", page));
    assert.deepEqual(versions, ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]);
  });
});

describe("an SBOM", () => {
  const LOCK: Lockfile = {
    app: { version: "1.0.0", dependencies: { a: "^1.0.0", "@s/b": "^2.0.0" } },
    "node_modules/a": { version: "1.1.0", license: "MIT", dependencies: { c: "^3.0.0" } },
    "node_modules/@s/b": { version: "2.0.0", integrity: "sha512-AQI=", license: "(MIT OR Apache-2.0)" },
    "node_modules/c": { version: "4.0.0" },
    "node_modules/a/node_modules/c": { version: "3.0.0", optionalDependencies: { a: "^1.0.0" } },
    "node_modules/unused": { version: "9.0.0" },
  };
  const sbom = sbomOf(
    LOCK,
    {
      type: "library",
      name: "app",
      version: "1.0.0",
      description: "An app",
      license: "Apache-2.0",
      purl: "pkg:npm/app@1.0.0",
      direct: ["node_modules/a", "node_modules/@s/b"],
    },
    installedWith(LOCK, "app"),
  ) as { components: Record<string, unknown>[]; dependencies: { ref: string; dependsOn: string[] }[] };

  it("lists what is installed with a package, each in the version that it gets", () => {
    const purls = sbom.components.map(({ purl }) => purl);
    assert.deepEqual(purls, ["pkg:npm/%40s/b@2.0.0", "pkg:npm/a@1.1.0", "pkg:npm/c@3.0.0"]);
  });

  it("has each package's hash in hexadecimal, and its license", () => {
    const [b, a] = sbom.components;
    assert.deepEqual(b?.["hashes"], [{ alg: "SHA-512", content: "0102" }]);
    assert.deepEqual(b?.["licenses"], [{ expression: "(MIT OR Apache-2.0)" }]);
    assert.equal(b?.["group"], "@s");
    assert.equal(b?.["name"], "b");
    assert.deepEqual(a?.["licenses"], [{ license: { id: "MIT" } }]);
  });

  it("says which package needs which", () => {
    assert.deepEqual(sbom.dependencies, [
      { ref: "pkg:npm/app@1.0.0", dependsOn: ["pkg:npm/%40s/b@2.0.0", "pkg:npm/a@1.1.0"] },
      { ref: "pkg:npm/%40s/b@2.0.0", dependsOn: [] },
      { ref: "pkg:npm/a@1.1.0", dependsOn: ["pkg:npm/c@3.0.0"] },
      { ref: "pkg:npm/c@3.0.0", dependsOn: ["pkg:npm/a@1.1.0"] },
    ]);
  });
});
