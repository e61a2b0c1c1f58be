import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { SESSION_KEY, TOKEN } from "../../tools/demo/stage";
import { STEPS } from "../../tools/demo/steps";
import { getPulumiCli } from "../../tools/pulumi-cli/get";
import { TOP } from "../../tools/pulumi-project";

/** `npm start` without a terminal, run by a user whose environment contains a token of the real service. */
class Demo {
  output = "";
  /** The exit code as a shell reports it: 128 plus the signal number for a process killed by a signal. */
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;
  private readonly temp = mkdtempSync(join(tmpdir(), "demo-"));

  /** @param script of package.json */
  constructor(script = "start") {
    const { FORCE_COLOR: _, ...env } = process.env;
    this.child = spawn("npm", ["run", "--silent", script], {
      cwd: TOP,
      env: {
        ...env,
        TMPDIR: this.temp,
        DIGITALOCEAN_TOKEN: "the-token-of-a-person",
        DIGITALOCEAN_API_URL: "http://127.0.0.1:9",
        PULUMI_BACKEND_URL: "file:///nowhere",
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const take = (text: string): void => {
      this.output += text;
    };
    this.child.stdout?.setEncoding("utf8").on("data", take);
    this.child.stderr?.setEncoding("utf8").on("data", take);
    this.ended = new Promise((done, fail) =>
      this.child
        .on("error", fail)
        .on("close", (code, signal) => done(code ?? 128 + constants.signals[signal ?? "SIGTERM"])),
    );
  }

  /** Resolves as soon as this was printed; rejects if the demo exits first. */
  async printed(text: string): Promise<void> {
    const seen = new Promise<void>((done) => {
      const look = (): void => void (this.output.includes(text) && done());
      this.child.stdout?.on("data", look);
      look();
    });
    const gone = this.ended.then((code) => {
      throw new Error(`the demo ended with ${code} before it printed ${text}:\n${this.output}`);
    });
    await Promise.race([seen, gone]);
  }

  /** Like Ctrl-C: signals the whole foreground process group. */
  pressCtrlC(): void {
    process.kill(-(this.child.pid ?? 0), "SIGINT");
  }

  /** Files left in the temporary folder, except the compiler's cache. */
  leftBehind(): string[] {
    return readdirSync(this.temp).filter((name) => !/^tsx-|^node-compile-cache/.test(name));
  }

  remove(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.pressCtrlC();
    rmSync(this.temp, { recursive: true, force: true });
  }
}

describe("npm run demo:yaml", function () {
  this.timeout(600_000);

  it("confirms every fact of the same steps with the plugin, and leaves nothing behind", async () => {
    const demo = new Demo("demo:yaml");
    try {
      assert.equal(await demo.ended, 0, demo.output);
      assert.match(demo.output, /examples\/quickstart-yaml/);
      assert.match(demo.output, new RegExp(`${STEPS.length}/${STEPS.length}  `));
      for (const secret of [TOKEN, SESSION_KEY]) assert.ok(!demo.output.includes(secret));
      assert.deepEqual(demo.leftBehind(), []);
    } finally {
      demo.remove();
    }
  });
});

describe("npm start", function () {
  this.timeout(600_000);

  before(async () => {
    await getPulumiCli();
  });

  describe("when it runs to completion", () => {
    let demo: Demo;
    let code: number;

    before(async () => {
      demo = new Demo();
      code = await demo.ended;
    });

    after(() => demo?.remove());

    it("succeeds", () => {
      assert.equal(code, 0, demo.output);
    });

    it("runs all its steps in order and confirms every fact", () => {
      const places = STEPS.map(({ title }, index) => demo.output.indexOf(`${index + 1}/7  ${title}\n`));
      assert.ok(
        places.every((place, index) => place > (places[index - 1] ?? 0)),
        JSON.stringify(places),
      );
      assert.doesNotMatch(demo.output, /✗/);
      assert.ok((demo.output.match(/^ {2}✓ /gm) ?? []).length >= 30, demo.output);
    });

    it("shows the CLI's output: phases, the plan of a change, drift, a failure, a backup", () => {
      for (const line of [
        /creating \(\d+s\) building 1\/9: web, site/,
        /^\s*url\s+: "https:\/\/quickstart-\w+\.ondigitalocean\.app"/m,
        /^\s*2 unchanged$/m,
        /^~ web \(service\): redeploy without a new build: envs\.GREETING\.value changed/m,
        /^1 component unchanged/m,
        /~ instance_count: 1 => 3/,
        /\* web: build failed: BuildJobExitNonZero/,
        /\| .*npm run build && exit 1: command failed/,
        /shut down for good[\s\S]*app-spec-backups\/quickstart-\S+\.yaml/,
      ])
        assert.match(demo.output, line);
    });

    it("prints plain lines without colors or control characters", () => {
      assert.doesNotMatch(demo.output, /(?![\n\t])\p{Cc}/u);
    });

    it("prints no secret, no ciphertext and no token", () => {
      for (const secret of [SESSION_KEY, TOKEN, "the-token-of-a-person"])
        assert.equal(demo.output.includes(secret), false, secret);
      assert.doesNotMatch(demo.output, /EV\[/);
    });

    it("leaves no files behind", () => {
      assert.deepEqual(demo.leftBehind(), []);
    });
  });

  describe("when Ctrl-C is pressed while an app is being created", () => {
    let demo: Demo;
    let code: number;

    before(async () => {
      demo = new Demo();
      await demo.printed("waiting to build");
      demo.pressCtrlC();
      code = await demo.ended;
    });

    after(() => demo?.remove());

    it("exits with the exit code of Ctrl-C", () => {
      assert.equal(code, 130, demo.output);
    });

    it("reports the interruption and leaves no files behind", () => {
      assert.match(demo.output, /Stopped\. Nothing is left behind\.\n$/);
      assert.deepEqual(demo.leftBehind(), []);
    });
  });
});
