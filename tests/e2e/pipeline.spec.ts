import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { loadSpec } from "pulumi-app-platform";
import { parse } from "yaml";
import { writeBackup } from "../../provider/resources/app/backup";
import { getPulumiCli } from "../../tools/pulumi-cli/get";
import { runCommand, TOP, type CommandResult } from "../../tools/pulumi-project";
import { succeeded, TOKEN, writes } from "../helpers/e2e";
import { TYPESCRIPT } from "../../provider/text/program-texts";

const EXAMPLE = join(TOP, "examples", "pipeline");
const SESSION_KEY = "the-session-key-of-the-pipeline";

/** What a CI service provides: a new checkout for every run; only the state backend persists. */
class Ci {
  private readonly top = mkdtempSync(join(tmpdir(), "app-platform-pipeline-"));
  private runs = 0;
  /** The checkout of the last run. */
  folder = "";

  private constructor(private readonly env: Record<string, string>) {
    for (const name of ["home", "state"]) mkdirSync(join(this.top, name));
  }

  static async create(emulator: Emulator): Promise<Ci> {
    const { bin } = await getPulumiCli();
    const others = Object.entries(process.env).filter(([name]) => !/^(PULUMI|DIGITALOCEAN)_/.test(name));
    return new Ci({
      ...(Object.fromEntries(others) as Record<string, string>),
      PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this temporary folder",
      PULUMI_STACK: "production",
      // `npm run types` checks the types of the program.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      DIGITALOCEAN_API_URL: emulator.url,
      DIGITALOCEAN_TOKEN: TOKEN,
      SESSION_KEY,
    });
  }

  /** Runs the repository's script on a checkout in which `tag` has been merged. */
  async run(command: string, tag = "1.4.2", env: Record<string, string> = {}): Promise<CommandResult> {
    this.folder = join(this.top, `checkout-${++this.runs}`);
    cpSync(EXAMPLE, this.folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
    symlinkSync(join(TOP, "node_modules"), join(this.folder, "node_modules"), "junction");
    const file = join(this.folder, "app.yaml");
    const spec = readFileSync(file, "utf8");
    assert.match(spec, /tag: "1\.4\.2"/);
    writeFileSync(file, spec.replace('tag: "1.4.2"', `tag: ${tag === "" ? "[]" : `"${tag}"`}`));
    return this.again(command, env);
  }

  /** Runs the script in the checkout of the last run. */
  again(command: string, env: Record<string, string> = {}): Promise<CommandResult> {
    // Not started from the checkout's folder, because the script must locate its program.
    return runCommand("bash", [join(this.folder, "pipeline.sh"), command], this.top, {
      ...this.env,
      PULUMI_HOME: join(this.top, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.top, "state")}`,
      ...env,
    });
  }

  remove(): void {
    rmSync(this.top, { recursive: true, force: true });
  }
}

describe("the pipeline example", () => {
  let emulator: Emulator;
  let ci: Ci;

  before(async () => {
    emulator = await createEmulator({
      deploySeconds: 0.2,
      otherwise: ["deleted-at-once=0.1"],
      rateLimit: false,
      token: TOKEN,
    });
    ci = await Ci.create(emulator);
  });

  after(async () => {
    ci.remove();
    await emulator.close();
  });

  const service = (): { instance_count?: number; image?: { tag?: string } } => {
    const found = emulator.apps()[0]?.spec.services?.[0];
    assert.ok(found !== undefined);
    return found;
  };

  it("preview shows the plan of the first pull request and writes nothing", async () => {
    const { output } = succeeded(await ci.run("preview"));
    assert.match(output, /app-platform:App: \(create\)/);
    assert.doesNotMatch(output, new RegExp(`${TOKEN}|${SESSION_KEY}`));
    assert.deepEqual(writes(emulator), []);
  });

  it("up creates the app after the merge, and drift finds nothing afterwards", async () => {
    const { output } = succeeded(await ci.run("up"));
    assert.match(output, /url: +"https:\/\/shop-/);
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    assert.equal(succeeded(await ci.run("drift")).code, 0);
  });

  it("drift exits with code 7 after a manual change and shows the change", async () => {
    emulator.editApp("shop", (spec) => {
      const [web] = spec.services ?? [];
      assert.ok(web !== undefined);
      web.instance_count = 5;
    });
    emulator.clearCalls();
    const { code, output } = await ci.run("drift");
    assert.equal(code, 7, output);
    assert.match(output, /instance_count *: 5 => 2/);
    assert.deepEqual(writes(emulator), []);
    assert.equal(service().instance_count, 5);
  });

  it("drift exits with another code when the service is unreachable", async () => {
    const { code, output } = await ci.run("drift", undefined, { DIGITALOCEAN_TOKEN: "expired" });
    assert.ok(code !== null && ![0, 7, 64].includes(code), `${code}: ${output}`);
    assert.match(output, /DIGITALOCEAN_TOKEN/);
  });

  it("the comment on the next pull request shows that the manual change is reverted, and the merge applies both", async () => {
    succeeded(await ci.run("comment", "1.5.0", { RUN_URL: "https://ci.example.com/runs/1" }));
    const comment = readFileSync(join(ci.folder, "comment.md"), "utf8");
    assert.match(comment, /^<!-- app-platform: pipeline\/production -->\n/);
    assert.match(comment, /~ web \(service\): .*: image\.tag changed, instance_count changed/);
    assert.match(comment, /decreases from 5 to 2/);
    assert.match(comment, /\$25 → \$10 a month[^]*\[run\]\(https:\/\/ci\.example\.com\/runs\/1\)/);
    assert.doesNotMatch(comment, new RegExp(`${TOKEN}|${SESSION_KEY}|EV\\[`));
    emulator.clearCalls();
    succeeded(await ci.run("up", "1.5.0"));
    assert.deepEqual(
      writes(emulator).map((call) => call.split(" ")[0]),
      ["PUT"],
    );
    assert.equal(service().instance_count, 2);
    assert.equal(service().image?.tag, "1.5.0");
  });

  it("the comment says why a preview failed, with the exit code of Pulumi", async () => {
    const { code } = await ci.run("comment", "", {});
    assert.ok(code !== 0 && code !== 64);
    const comment = readFileSync(join(ci.folder, "comment.md"), "utf8");
    assert.match(comment, /^<!-- app-platform: pipeline\/production -->\n[^]*failed[^]*image\.tag/);
  });

  it("a pull request gets an app of its own, which is deleted with it", async () => {
    const env = { PULUMI_STACK: "pr-17", PREVIEW_BRANCH: "feature/login", PREVIEW_COMMIT: "a" };
    succeeded(await ci.run("up", "1.6.0", env));
    const preview = emulator.apps().find(({ spec }) => spec.name === "shop-pr-17");
    const [web] = preview?.spec.services ?? [];
    assert.deepEqual([web?.instance_count, web?.image?.tag, preview?.spec.alerts], [1, "1.6.0", undefined]);
    assert.match(succeeded(await ci.again("url", env)).output, /^https:\/\/shop-pr-17-\S+\n$/);
    emulator.clearCalls();
    succeeded(await ci.again("up", { ...env, PREVIEW_COMMIT: "b" }));
    assert.deepEqual(
      writes(emulator).map((call) => call.split("/").at(-1)),
      ["deployments"],
    );
    // The workflow runs it on the main branch, without the variables of the deployment.
    succeeded(await ci.run("remove", "1.5.0", { PULUMI_STACK: "pr-17", SESSION_KEY: "" }));
    assert.deepEqual(
      emulator.apps().map(({ spec }) => spec.name),
      ["shop"],
    );
    succeeded(await ci.again("remove", { PULUMI_STACK: "pr-17", SESSION_KEY: "" }));
  });

  it("a deletion leaves a backup in the folder that the workflow keeps", async () => {
    succeeded(await ci.run("destroy", "1.5.0"));
    assert.deepEqual(emulator.apps(), []);
    const kept = workflow().jobs["up"]?.steps.find(({ uses }) =>
      uses?.startsWith("actions/upload-artifact@"),
    );
    assert.equal(kept?.if, "always()");
    const folder = join(ci.folder, String(kept?.with?.["path"]).replace(/^infrastructure\//, ""));
    const [file, ...others] = readdirSync(folder);
    assert.ok(file !== undefined && others.length === 0);
    assert.doesNotMatch(
      readFileSync(join(folder, file), "utf8"),
      new RegExp(`${SESSION_KEY}|${TOKEN}|EV\\[`),
    );
    const spec = loadSpec(join(folder, file), { secrets: { "web.SESSION_KEY": "again" } });
    assert.equal(spec.services?.[0]?.image?.tag, "1.5.0");
  });

  it("every command moves a backup that may contain secrets out of that folder", async () => {
    const folder = join(ci.folder, "app-spec-backups");
    const app = { id: "4f6c71e2", spec: { name: "old" } };
    const leftOut = { places: undefined, texts: [] };
    await writeBackup(app, folder, new Date(), { leftOut, texts: TYPESCRIPT });
    const { code, output } = await ci.again("deploy");
    assert.equal(code, 64);
    assert.match(output, /old-.*\.yaml may contain secrets/);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("old-")),
      [],
    );
    assert.equal(readdirSync(join(ci.folder, "app-spec-backups-withheld")).length, 1);
  });

  it("an incorrect call is rejected with a separate exit code before anything changes", async () => {
    for (const [command, env, message] of [
      ["deploy", {}, /unknown command "deploy"/],
      ["up", { PULUMI_STACK: "" }, /missing argument: STACK/],
    ] as const) {
      const { code, output } = await ci.run(command, undefined, env);
      assert.equal(code, 64);
      assert.match(output, message);
    }
  });

  it("a missing passphrase is not treated as an empty one", async () => {
    const { code, output } = await ci.run("preview", undefined, {
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_STACK: "another",
    });
    assert.notEqual(code, 0);
    assert.match(output, /passphrase must be set/);
  });

  it("the workflow calls the script on each event, with the secrets that it needs", async () => {
    const { events, jobs } = workflow();
    assert.deepEqual(Object.keys(events).sort(), ["pull_request", "push", "schedule"]);
    const calls = Object.entries(jobs).flatMap(([name, { steps, if: condition = "", env = {} }]) =>
      steps.flatMap(({ run }) => {
        const command = /^bash pipeline\.sh (\w+)$/.exec(run ?? "")?.[1];
        return command === undefined
          ? []
          : [{ name, command, env, event: /github\.event_name == '(\w+)'/.exec(condition)?.[1] }];
      }),
    );
    assert.deepEqual(Object.fromEntries(calls.map(({ event, command }) => [event, command])), {
      pull_request: "comment",
      push: "up",
      schedule: "drift",
    });
    for (const { name, command, env } of calls) {
      const { output } = await ci.run(command, undefined, { PULUMI_STACK: "" });
      assert.match(output, new RegExp(`missing argument: STACK; run pipeline.sh ${command} STACK`));
      for (const secret of [
        "DIGITALOCEAN_TOKEN",
        "SESSION_KEY",
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_ACCESS_TOKEN",
      ])
        assert.equal(env[secret], `\${{ secrets.${secret} }}`, name);
    }
  });
});

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, unknown>;
}

interface Job {
  if?: string;
  env?: Record<string, string>;
  steps: Step[];
}

function workflow(): { events: object; jobs: Record<string, Job> } {
  const file = parse(readFileSync(join(EXAMPLE, "github-actions.yml"), "utf8")) as {
    on: object;
    jobs: Record<string, Job>;
  };
  return { events: file.on, jobs: file.jobs };
}
