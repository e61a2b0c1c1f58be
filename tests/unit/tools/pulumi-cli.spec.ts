import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import {
  cacheFolder,
  DYNAMIC_PROVIDER,
  findOnPath,
  inspect,
  LANGUAGE_HOST,
} from "../../../tools/pulumi-cli/find";
import { getPulumiCli } from "../../../tools/pulumi-cli/get";
import { exclusively } from "../../../tools/pulumi-cli/install";
import { makeCli, type Way } from "../../../tools/pulumi-cli/make";
import { duration } from "../../../tools/pulumi-cli/progress";
import { run } from "../../../tools/pulumi-cli/run";
import {
  cliVersionPinnedIn,
  goNeededBy,
  isAtLeast,
  parseVersion,
  PulumiCliError,
} from "../../../tools/pulumi-cli/versions";

const ROOT = join(__dirname, "..", "..", "..");
const PINNED = cliVersionPinnedIn(readFileSync(join(ROOT, "package.json"), "utf8"));
const never = new AbortController().signal;

describe("versions of the Pulumi CLI and of Go", () => {
  it("are read from what the programs print", () => {
    assert.deepEqual(parseVersion("v3.259.0\n"), [3, 259, 0]);
    assert.deepEqual(parseVersion("3.261.0-alpha.1+dirty"), [3, 261, 0]);
    assert.deepEqual(parseVersion("go1.26.8"), [1, 26, 8]);
    assert.deepEqual(parseVersion("go1.27rc1"), [1, 27, 0]);
    assert.equal(parseVersion(""), undefined);
  });

  it("compare by number, part by part", () => {
    assert.equal(isAtLeast([3, 200, 0], [3, 200, 0]), true);
    assert.equal(isAtLeast([3, 1000, 0], [3, 200, 5]), true);
    assert.equal(isAtLeast([4, 0, 0], [3, 200, 0]), true);
    assert.equal(isAtLeast([3, 99, 9], [3, 200, 0]), false);
    assert.equal(isAtLeast([2, 300, 0], [3, 200, 0]), false);
  });

  it("must be pinned in package.json, where a range is refused", () => {
    assert.equal(cliVersionPinnedIn('{"devDependencies":{"pulumi":"3.1.2"}}'), "3.1.2");
    assert.throws(
      () => cliVersionPinnedIn('{"devDependencies":{"pulumi":"^3.1.2"}}'),
      /pin .* not \^3\.1\.2/,
    );
    assert.throws(() => cliVersionPinnedIn("{}"), /pin .* not nothing/);
  });

  it("are the same for the download and the build from Go modules", () => {
    const goMod = readFileSync(join(ROOT, "tools", "pulumi-cli", "cli", "go.mod"), "utf8");
    assert.match(goMod, new RegExp(`^require github.com/pulumi/pulumi/pkg/v3 v${PINNED} `, "m"));
  });

  it("need the same Go for all modules, as only the first is checked", () => {
    const [cli, ...others] = ["cli", "nodejs-and-python", "yaml"].map((folder) =>
      goNeededBy(readFileSync(join(ROOT, "tools", "pulumi-cli", folder, "go.mod"), "utf8")),
    );
    for (const other of others) assert.deepEqual(other, cli);
  });
});

describe("getting the Pulumi CLI", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-cli-spec-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const env = (...path: string[]): NodeJS.ProcessEnv => ({
    PATH: path.join(delimiter),
    PULUMI_HOME: join(folder, "home"),
  });

  describe("on PATH", () => {
    it("takes the first that is complete and new enough, and writes nothing", async () => {
      const old = fakeCli(join(folder, "old"), "v3.100.0");
      const good = fakeCli(join(folder, "good"), "v3.255.1");

      const cli = await getPulumiCli({ env: env(old, good), log: () => {} });

      assert.deepEqual(cli, {
        bin: good,
        pulumi: join(good, "pulumi"),
        version: "3.255.1",
        pulumiHome: undefined,
        source: "path",
      });
      assert.equal(existsSync(join(folder, "home")), false);
    });

    it("skips the launcher of the npm package, in its folder or linked to", async () => {
      const bin = fakeCli(join(folder, "lib", "node_modules", "pulumi"), "v3.260.0");
      const links = join(folder, "bin");
      mkdirSync(links);
      symlinkSync(join(bin, "pulumi"), join(links, "pulumi"));

      const look = await findOnPath(env(bin, links));

      assert.ok("missing" in look);
      assert.equal(look.missing.match(/an npm package's launcher/g)?.length, 2);
    });

    it("says what is wrong with each it does not take", async () => {
      const old = fakeCli(join(folder, "old"), "v3.100.0");
      const broken = fakeCli(join(folder, "broken"), "x\necho cannot start >&2\nexit 3");

      const look = await findOnPath(env(old, broken));

      assert.ok("missing" in look);
      assert.match(look.missing, /old\/pulumi is 3\.100\.0; needed is 3\.200\.0 or newer/);
      assert.match(look.missing, /broken\/pulumi does not work: cannot start/);
    });
  });

  describe("in the official launcher's folder", () => {
    it("takes a complete one", async () => {
      const target = fakeCli(cacheFolder(join(folder, "home"), PINNED), PINNED);
      const cli = await getPulumiCli({ env: env(), log: () => {} });
      assert.deepEqual(cli, {
        bin: target,
        pulumi: join(target, "pulumi"),
        version: PINNED,
        pulumiHome: join(folder, "home"),
        source: "cache",
      });
    });

    it("does not take one that lacks a companion", async () => {
      const target = fakeCli(cacheFolder(join(folder, "home"), PINNED), PINNED, [LANGUAGE_HOST]);
      const look = await inspect(target, env());
      assert.ok("missing" in look);
      assert.match(look.missing, /no pulumi-resource-pulumi-nodejs/);
    });
  });

  describe("by making one", () => {
    const target = () => cacheFolder(join(folder, "home"), "3.300.0");
    const make = (ways: Way<"download" | "go">[], log: (line: string) => void = () => {}) =>
      makeCli(
        {
          version: "3.300.0",
          target: target(),
          env: env(),
          log,
          attempts: [{ where: "PATH", outcome: "no pulumi there" }],
        },
        ways,
      );
    const fails: Way<"download"> = {
      source: "download",
      where: "download",
      fill: ({ staging }) => {
        writeFileSync(join(staging, "half a download"), "");
        return Promise.reject(new Error("host not found\n  at a long stack"));
      },
    };
    const works: Way<"go"> = {
      source: "go",
      where: "build",
      fill: async ({ staging, version }) => fakeCli(join(staging, "bin"), version),
    };

    it("takes the first way that works and leaves nothing else behind", async () => {
      const cli = await make([fails, works]);
      assert.deepEqual(cli, {
        bin: target(),
        pulumi: join(target(), "pulumi"),
        version: "3.300.0",
        source: "go",
      });
      assert.deepEqual(readdirSync(join(folder, "home")), ["versions"]);
      assert.deepEqual(readdirSync(join(folder, "home", "versions")), ["3.300.0"]);
    });

    it("does not put a CLI into place that does not start", async () => {
      const dud: Way<"go"> = {
        ...works,
        fill: async ({ staging }) => fakeCli(join(staging, "bin"), "x\nexit 1"),
      };
      await assert.rejects(make([dud]), /1\. PATH: no pulumi there\n {2}2\. build: .* does not work/);
      assert.equal(existsSync(target()), false);
    });

    it("replaces one that does not work, and what a killed build left", async () => {
      fakeCli(target(), "3.300.0", []);
      mkdirSync(join(folder, "home", "versions", "3.300.0.partial-abc"));
      await make([works]);
      assert.ok("cli" in (await inspect(target(), env())));
      assert.deepEqual(readdirSync(join(folder, "home", "versions")), ["3.300.0"]);
    });

    it("fails with one line for each thing tried, and what to do next", async () => {
      const error = await make([fails]).then(
        () => assert.fail("it should have failed"),
        (e: unknown) => e,
      );
      assert.ok(error instanceof PulumiCliError);
      assert.deepEqual(error.message.split("\n").slice(1, 3), [
        "  1. PATH: no pulumi there",
        "  2. download: host not found",
      ]);
      assert.match(error.message, /\nNext: install .*3\.200\.0 or newer .*PATH/);
    });

    it("is done once by two that want it at the same time", async () => {
      let builds = 0;
      const slow: Way<"go"> = {
        ...works,
        fill: async (job) => {
          builds++;
          await new Promise((resolve) => setTimeout(resolve, 300));
          return works.fill(job);
        },
      };
      const lines: string[] = [];
      const both = await Promise.all([make([slow]), make([slow], (line) => lines.push(line))]);
      assert.equal(builds, 1);
      assert.deepEqual(both.map(({ source }) => source).sort(), ["cache", "go"]);
      assert.match(lines.join("\n"), /another process .*waiting/);
    });

    it("does not wait for a lock whose holder was killed", async () => {
      mkdirSync(join(folder, "versions"));
      const lock = join(folder, "versions", "3.300.0.lock");
      writeFileSync(lock, "1\n");
      const aMinuteAgo = new Date(Date.now() - 60_000);
      utimesSync(lock, aMinuteAgo, aMinuteAgo);

      const place = join(folder, "versions", "3.300.0", "bin");
      assert.equal(
        await exclusively(
          place,
          () => {},
          never,
          async () => "done",
        ),
        "done",
      );
      assert.equal(existsSync(lock), false);
    });
  });
});

describe("running a program", () => {
  const options = { env: process.env, timeoutMs: 10_000 };

  it("gives its output and no failure when it succeeds", async () => {
    const { stdout, failure } = await run("sh", ["-c", "echo out; echo err >&2"], options);
    assert.equal(stdout, "out\n");
    assert.equal(failure, undefined);
  });

  it("gives its last line as the failure, or else the exit code", async () => {
    assert.equal((await run("sh", ["-c", "echo why >&2; exit 2"], options)).failure, "why");
    assert.equal((await run("sh", ["-c", "exit 2"], options)).failure, "ended with exit code 2");
    assert.match((await run("no-such-program", [], options)).failure ?? "", /could not be started/);
  });

  it("ends it with everything it started when the time is over", async () => {
    const start = Date.now();
    const { failure } = await run("sh", ["-c", "sleep 60 & sleep 60"], { ...options, timeoutMs: 100 });
    assert.equal(failure, "did not end within 0.1 s");
    assert.ok(Date.now() - start < 5_000);
  });

  it("ends it when interrupted", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const { failure } = await run("sleep", ["60"], { ...options, signal: controller.signal });
    assert.equal(failure, "interrupted");
  });

  it("tells elapsed time as a person would", () => {
    assert.equal(duration(14_600), "15 s");
    assert.equal(duration(200_000), "3 min 20 s");
  });
});

/** Shell scripts in the place of a CLI and its companions. */
function fakeCli(bin: string, version: string, companions = [LANGUAGE_HOST, DYNAMIC_PROVIDER]): string {
  mkdirSync(bin, { recursive: true });
  for (const name of ["pulumi", ...companions]) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${version}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}
