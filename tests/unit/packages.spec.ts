import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { TOP } from "../../tools/pulumi-project";
import { installedWith } from "../../tools/release/lockfile";
import { PUBLISHED, readLockfile } from "../../tools/release/packages";

interface Manifest {
  readonly scripts?: Record<string, string>;
  readonly publishConfig?: unknown;
  readonly private?: boolean;
  readonly files?: string[];
}

const read = (path: string): string => readFileSync(join(TOP, path), "utf8");
const lock = readLockfile();
const manifest = (folder: string): Manifest => JSON.parse(read(`${folder}/package.json`)) as Manifest;

const RUN_AT_INSTALL = ["preinstall", "install", "postinstall", "prepublish", "prepare"];

const shipped = (folder: string): string[] => installedWith(lock, folder);

describe("the published packages", () => {
  for (const folder of PUBLISHED) {
    it(`${folder}: nothing that is installed with it runs a script then`, () => {
      const places = shipped(folder);
      assert.ok(places.length >= 5, places.join());
      const scripts = places.filter((place) => lock[place]?.hasInstallScript === true);
      assert.deepEqual(scripts, []);
      const own = Object.keys(manifest(folder).scripts ?? {});
      assert.deepEqual(
        own.filter((name) => RUN_AT_INSTALL.includes(name)),
        [],
      );
    });

    it(`${folder}: everything that is installed with it comes from the registry, and is known by its hash`, () => {
      for (const place of shipped(folder)) {
        const { link, integrity, resolved: from, version } = lock[place] ?? {};
        assert.equal(link, undefined, place);
        assert.match(version ?? "", /^\d+\.\d+\.\d+$/, place);
        assert.match(integrity ?? "", /^sha512-/, place);
        assert.equal(from, undefined, place);
      }
    });

    it(`${folder}: is published for all, with its provenance`, () => {
      const { publishConfig, private: hidden, files } = manifest(folder);
      assert.equal(hidden, undefined);
      assert.deepEqual(publishConfig, { access: "public", provenance: true });
      assert.ok(files?.includes("dist") && files.includes("LICENSE"));
    });
  }

  it("have a lockfile that names no host", () => {
    const hosts = Object.entries(lock).filter(([, { resolved: from = "" }]) => /^\w+:/.test(from));
    assert.deepEqual(hosts, []);
    for (const path of ["package-lock.json", "site/package-lock.json"])
      assert.doesNotMatch(read(path), /registry\./, path);
  });
});

interface Job {
  readonly permissions?: Record<string, string>;
  readonly needs?: string;
  readonly uses?: string;
  readonly steps?: {
    run?: string;
    uses?: string;
    with?: Record<string, unknown>;
    env?: Record<string, string>;
  }[];
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

describe("the workflows", () => {
  const workflow = (name: string): Workflow =>
    parse(read(join(".github", "workflows", `${name}.yml`))) as Workflow;
  const ci = workflow("ci");
  const release = workflow("release");
  const commands = ({ steps = [] }: Job = {}): string => steps.map(({ run }) => run ?? "").join("\n");

  it("publish from tags alone, once all tests have passed, with provenance and without a token", () => {
    assert.deepEqual(release.on, { push: { tags: ["v*"] } });
    const { test, files, publish } = release.jobs;
    assert.equal(test?.uses, "./.github/workflows/ci.yml");
    assert.equal(files?.needs, "test");
    assert.match(commands(files), /npm run release -- --no-tests --tag "\$GITHUB_REF_NAME"/);
    assert.equal(publish?.needs, "files");
    assert.deepEqual(publish?.permissions, { "id-token": "write" });
    assert.match(commands(publish), /npm publish .*--provenance/);
    assert.doesNotMatch(read(".github/workflows/release.yml"), /secrets\./);
  });

  it("run no code of a package, not even ours, where there is a right to publish or to write", () => {
    for (const name of ["publish", "page"]) {
      const job = release.jobs[name];
      assert.doesNotMatch(commands(job), /npm (ci|install|run)|npx|node /);
      assert.ok(!job?.steps?.some(({ uses }) => uses?.startsWith("actions/checkout@")), name);
      assert.match(commands(job), /sha256sum --check/);
    }
    const { page } = release.jobs;
    assert.deepEqual(page?.permissions, { contents: "write" });
    const environments = Object.values(release.jobs).flatMap(({ steps = [] }) => steps.map(({ env }) => env));
    const tokens = environments.filter((env) => env !== undefined && "GH_TOKEN" in env);
    assert.deepEqual(tokens, [{ GH_TOKEN: "${{ github.token }}" }]);
  });

  it("test what .ci/run tests, and look for known weaknesses in what users get", () => {
    assert.equal(commands(ci.jobs["test"]).trim(), ".ci/run");
    assert.match(
      commands(ci.jobs["audit"]),
      /npm audit --omit=dev .*--workspace provider --workspace emulator/,
    );
    assert.ok("schedule" in ci.on);
  });

  it("may read only, keep no credentials in the checkout, and put no text of others into scripts", () => {
    for (const { permissions, jobs } of [ci, release, workflow("site")]) {
      assert.deepEqual(permissions, { contents: "read" });
      for (const job of Object.values(jobs)) {
        assert.doesNotMatch(commands(job), /\$\{\{/);
        for (const { uses, with: settings } of job.steps ?? []) {
          if (uses === undefined) continue;
          assert.match(uses, /@[0-9a-f]{40}$/, "named by its content, as names can be moved");
          if (uses.startsWith("actions/checkout@")) assert.equal(settings?.["persist-credentials"], false);
        }
      }
    }
  });
});
