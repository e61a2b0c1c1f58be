import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { getPythonPackages } from "../../tools/pulumi-cli/languages";
import { runCommand, TOP, type CommandResult } from "../../tools/pulumi-project";
import { manifestOf } from "../../tools/release/packages";
import { succeeded } from "../helpers/e2e";

const { version } = manifestOf("provider");
const REPOSITORY = "https://example.com/acme/app-platform";
const PLUGIN = `pulumi-resource-app-platform-v${version}`;
const SYSTEMS = ["darwin", "linux", "windows"].flatMap((os) => [`${os}-amd64`, `${os}-arm64`]);

interface Sbom {
  readonly components: { group?: string; name: string; version: string; licenses: unknown[] }[];
  readonly dependencies: { ref: string; dependsOn: string[] }[];
}

describe("the files of a release, as its dry run writes them", function () {
  this.timeout(300_000);
  let top = "";
  let out = "";
  let first: CommandResult;

  const run = (
    command: string,
    args: readonly string[],
    cwd = out,
    env: Record<string, string> = {},
  ): Promise<CommandResult> =>
    runCommand(command, args, cwd, { ...(process.env as Record<string, string>), ...env });
  const release = (...args: string[]): Promise<CommandResult> =>
    run("npx", ["tsx", "tools/release/main.ts", ...args], TOP);
  const dryRun = async (folder: string): Promise<CommandResult> =>
    succeeded(await release("--dry-run", "--repository", REPOSITORY, "--out", folder));
  const sbomOf = (name: string): Sbom =>
    JSON.parse(readFileSync(join(out, `${name}.cdx.json`), "utf8")) as Sbom;
  const folderFor = (name: string): string => {
    const folder = join(top, name);
    mkdirSync(folder);
    return folder;
  };

  before(async () => {
    top = mkdtempSync(join(tmpdir(), "app-platform-release-test-"));
    out = join(top, "files");
    first = await dryRun(out);
  });
  after(() => rmSync(top, { recursive: true, force: true }));

  it("are notes, packages, plugin archives, SBOMs and checksums", async () => {
    const python =
      "missing" in (await getPythonPackages()) ? [] : [`pulumi_app_platform-${version}-py3-none-any.whl`];
    if (python.length === 0) assert.match(first.output, /Missing: the Python package/);
    const expected = [
      "SHA256SUMS",
      "release-notes.md",
      `pulumi-app-platform-${version}.tgz`,
      `app-platform-emulator-${version}.tgz`,
      `pulumi-app-platform-sdk-${version}.tgz`,
      ...python,
      ...SYSTEMS.map((system) => `${PLUGIN}-${system}.tar.gz`),
      ...[`pulumi-app-platform-${version}`, `app-platform-emulator-${version}`, PLUGIN].map(
        (name) => `${name}.cdx.json`,
      ),
    ];
    assert.deepEqual(readdirSync(out).sort(), expected.sort());
    assert.match(readFileSync(join(out, "release-notes.md"), "utf8"), /^- \S/);
  });

  it("have checksums that sha256sum accepts, of every file", async () => {
    const { stdout } = succeeded(await run("sha256sum", ["-c", "SHA256SUMS"]));
    assert.equal(stdout.match(/: OK$/gm)?.length, readdirSync(out).length - 1);
  });

  it("are the same bytes in a second run", async () => {
    const again = join(top, "again");
    await dryRun(again);
    const sums = (folder: string): string => readFileSync(join(folder, "SHA256SUMS"), "utf8");
    assert.equal(sums(again), sums(out));
  });

  for (const [name, command] of [
    ["pulumi-app-platform", "app-platform"],
    ["app-platform-emulator", "app-platform-emulator"],
  ] as const)
    it(`${name}: installs, names its source, and its SBOM lists exactly what is installed with it`, async () => {
      const folder = folderFor(name);
      const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=peer"];
      succeeded(await run("npm", ["install", join(out, `${name}-${version}.tgz`), ...quiet], folder));
      succeeded(await run(join(folder, "node_modules", ".bin", command), ["--help"], folder));
      const installed = join(folder, "node_modules");
      const { repository } = JSON.parse(readFileSync(join(installed, name, "package.json"), "utf8")) as {
        repository?: { url: string };
      };
      assert.equal(repository?.url, `git+${REPOSITORY}.git`);
      const { packages } = JSON.parse(readFileSync(join(installed, ".package-lock.json"), "utf8")) as {
        packages: Record<string, { peer?: boolean }>;
      };
      const places = Object.keys(packages).filter((place) => packages[place]?.peer !== true);
      const names = places
        .map((place) => place.split("node_modules/").at(-1) ?? "")
        .filter((one) => one !== name);
      const listed = sbomOf(`${name}-${version}`).components;
      assert.deepEqual(
        listed.map(({ group, name }) => (group ? `${group}/${name}` : name)).sort(),
        names.sort(),
      );
      for (const component of listed) assert.equal(component.licenses.length, 1, component.name);
    });

  it("contain the plugin for each system, and an SBOM of the code that is bundled in it", async () => {
    for (const system of SYSTEMS) {
      const { stdout } = succeeded(await run("tar", ["-tzf", `${PLUGIN}-${system}.tar.gz`]));
      const files = [
        "LICENSE",
        "package.json",
        "pulumi-resource-app-platform",
        "pulumi-resource-app-platform.cmd",
      ];
      assert.deepEqual(
        stdout.trim().split("\n").sort(),
        [...files, "main.js", "main.js.LEGAL.txt", "server.js"].sort(),
      );
    }
    const { components, dependencies } = sbomOf(PLUGIN);
    const names = components.map(({ name }) => name);
    for (const name of ["grpc-js", "google-protobuf", "ajv", "yaml", "ws"])
      assert.ok(names.includes(name), name);
    for (const name of ["typescript", "mocha", "esbuild"]) assert.ok(!names.includes(name), name);
    const direct = dependencies[0]?.dependsOn.join() ?? "";
    for (const name of ["@pulumi/pulumi", "yaml", "ws"])
      assert.ok(direct.includes(name.replace("@", "%40")), name);
  });

  it("contain a generated Node package that loads", async () => {
    const folder = folderFor("node-sdk");
    succeeded(await run("tar", ["-xzf", join(out, `pulumi-app-platform-sdk-${version}.tgz`)], folder));
    const script = 'const { App } = require("./package"); console.log(App.isInstance({}))';
    const env = { NODE_PATH: join(TOP, "node_modules") };
    const { stdout } = succeeded(await run(process.execPath, ["-e", script], folder, env));
    assert.equal(stdout.trim(), "false");
  });

  it("contain a generated Python package that installs and loads", async function () {
    const python = await getPythonPackages();
    if ("missing" in python) {
      console.log(`      skipped: ${python.missing}`);
      return this.skip();
    }
    const folder = folderFor("python-sdk");
    const wheel = join(out, `pulumi_app_platform-${version}-py3-none-any.whl`);
    const pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel];
    succeeded(await run("python3", pip, folder));
    const script = "import pulumi_app_platform; print(pulumi_app_platform.App.__name__)";
    const env = { PYTHONPATH: [folder, python.env.PYTHONPATH].join(delimiter) };
    const { stdout } = succeeded(await run("python3", ["-c", script], folder, env));
    assert.equal(stdout.trim(), "App");
  });

  it("are not written if the tag does not match the version", async () => {
    const folder = join(top, "refused");
    const { code, output } = await release("--tag", "v0.0.0", "--no-tests", "--out", folder);
    assert.equal(code, 1);
    assert.match(output, /v0\.0\.0/);
    assert.deepEqual(
      readdirSync(top).filter((name) => name === "refused"),
      [],
    );
  });
});
