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
    writeFileSync(file, spec.replace('tag: "1.4.2"', `tag: "${tag}"`));
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

  it("preview of the next pull request shows that the manual change is reverted, and the merge applies both", async () => {
    const { output } = succeeded(await ci.run("preview", "1.5.0"));
    assert.match(output, /instance_count *: 5 => 2/);
    assert.match(output, /tag *: "1\.4\.2" => "1\.5\.0"/);
    emulator.clearCalls();
    succeeded(await ci.run("up", "1.5.0"));
    assert.deepEqual(
      writes(emulator).map((call) => call.split(" ")[0]),
      ["PUT"],
    );
    assert.equal(service().instance_count, 2);
    assert.equal(service().image?.tag, "1.5.0");
  });

  it("a deletion leaves a backup in the folder that the workflow keeps", async () => {
    succeeded(await ci.run("destroy", "1.5.0"));
    assert.deepEqual(emulator.apps(), []);
    const kept = workflow().steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact@"));
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

  it("the workflow only calls the script: preview, up and drift, each on its event", async () => {
    const { events, steps, env } = workflow();
    const calls = steps.flatMap(({ run, if: condition }) => {
      const command = /^bash pipeline\.sh (\w+)$/.exec(run ?? "")?.[1];
      return command === undefined
        ? []
        : [[/^github\.event_name == '(\w+)'$/.exec(condition ?? "")?.[1], command]];
    });
    assert.deepEqual(Object.fromEntries(calls), { pull_request: "preview", push: "up", schedule: "drift" });
    assert.deepEqual(Object.keys(events).sort(), ["pull_request", "push", "schedule"]);
    for (const [, command] of calls) {
      const { output } = await ci.run(String(command), undefined, { PULUMI_STACK: "" });
      assert.match(output, new RegExp(`missing argument: STACK; run pipeline.sh ${command} STACK`));
    }
    for (const name of [
      "DIGITALOCEAN_TOKEN",
      "SESSION_KEY",
      "PULUMI_CONFIG_PASSPHRASE",
      "PULUMI_ACCESS_TOKEN",
    ])
      assert.equal(env[name], `\${{ secrets.${name} }}`);
    for (const { uses } of steps) if (uses !== undefined) assert.match(uses, /@v\d+$/);
  });
});

interface Step {
  uses?: string;
  run?: string;
  if?: string;
  with?: Record<string, unknown>;
}

function workflow(): { events: object; env: Record<string, string>; steps: Step[] } {
  const file = parse(readFileSync(join(EXAMPLE, "github-actions.yml"), "utf8")) as {
    on: object;
    permissions: object;
    env: Record<string, string>;
    jobs: Record<string, { steps: Step[] }>;
  };
  assert.deepEqual(file.permissions, { contents: "read" });
  return { events: file.on, env: file.env, steps: Object.values(file.jobs).flatMap(({ steps }) => steps) };
}
