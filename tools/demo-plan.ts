// `npm run demo:plan`: ten typical changes of a program, one after the other, each with its preview on the
// terminal. Uses the real Pulumi CLI with an emulator in this process; all files are in a temporary folder.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { CHANGES, FIRST_SECRETS, type TypicalChange } from "./demo-plan/changes";
import { Events } from "./demo/events";
import { NotSo, Story } from "./demo/story";
import { getPulumiCli } from "./pulumi-cli/get";
import { PulumiProject, TOP } from "./pulumi-project";

const TOKEN = "dop_v1_demo0token0that0opens0the0emulator0only";

/** The program and its stack. */
class Plans {
  private args: Record<string, unknown> = { redeployOn: { commit: "1" } };
  private secrets: Record<string, string> = FIRST_SECRETS;
  private runs = 0;

  constructor(
    private readonly story: Story,
    private readonly emulator: Emulator,
    private readonly project: PulumiProject,
  ) {
    copyFileSync(join(TOP, "tools", "demo-plan", "app.yaml"), this.path("app.yaml"));
    this.declare();
  }

  async create(): Promise<void> {
    this.story.tell("First the app itself, as app.yaml has it:");
    this.story.quote(readFileSync(this.path("app.yaml"), "utf8").trimEnd().split("\n"));
    await this.up();
  }

  async show(change: TypicalChange): Promise<void> {
    const { story } = this;
    for (const [before, after] of change.edits ?? []) this.edit(before, after);
    if (change.args) story.quote([`the program: ${JSON.stringify(change.args)}`]);
    for (const name of Object.keys(change.secrets ?? {}))
      story.quote([`the program: a new value for ${name}`]);
    this.args = { ...this.args, ...change.args };
    this.secrets = { ...this.secrets, ...change.secrets };
    this.declare();

    const events = await this.preview();
    story.gap();
    const shown = [...events.differences].sort();
    story.check(
      `exactly this is shown as different: ${shown.join(", ")}`,
      JSON.stringify(shown) === JSON.stringify([...change.differences].sort()),
      { wanted: change.differences, shown },
    );
    const missing = change.says.filter((line) => !line.test(events.rowText));
    story.check(
      "its row says what is done to each component, why, and for how much",
      missing.length === 0,
      `${missing.join(" ")} not in\n${events.rowText}`,
    );
    // Debug messages of the language host are not shown.
    const told = events.text.split("\n").filter((line) => !line.includes('"severity":"debug"'));
    const secrets = [...Object.values(this.secrets), "EV["];
    story.check("no secret is shown", !told.some((line) => secrets.some((secret) => line.includes(secret))));
    const deployments = (): number => this.emulator.apps()[0]?.deployments.length ?? 0;
    const before = deployments();
    const calls = await this.up();
    const once = calls.length === 1 && deployments() === before + 1;
    story.check(
      `pulumi up makes it so with one call that writes, ${calls.join(", ")}, and one deployment`,
      once && calls[0]?.startsWith(change.call) === true,
      calls,
    );
  }

  private declare(): void {
    const secrets = Object.fromEntries(
      Object.entries(this.secrets).map(([name, value]) => [name, { $secret: value }]),
    );
    const shop = { spec: { $file: "app.yaml", secrets }, ...this.args };
    writeFileSync(this.path("apps.json"), JSON.stringify({ apps: { shop } }));
  }

  private edit(before: string, after: string): void {
    const text = readFileSync(this.path("app.yaml"), "utf8");
    if (!text.includes(before)) throw new Error(`app.yaml does not hold ${before}`);
    writeFileSync(this.path("app.yaml"), text.replace(before, after));
    const [old, now] = [before.split("\n"), after.split("\n")];
    this.story.quote([
      ...old.filter((line) => line !== "" && !now.includes(line)).map((line) => `- ${line}`),
      ...now.filter((line) => line !== "" && !old.includes(line)).map((line) => `+ ${line}`),
    ]);
  }

  private async preview(): Promise<Events> {
    const args = ["preview", "--diff", "--suppress-permalink=true"];
    this.story.command("pulumi preview --diff");
    const log = this.path(`events-${++this.runs}.json`);
    const plain = this.story.onTerminal ? [] : ["--non-interactive", "--color", "never"];
    const result = await this.project.run([...args, "--event-log", log, ...plain], {
      show: true,
      env: { PULUMI_DEBUG_COMMANDS: "true" },
    });
    const events = Events.read(log);
    if (result.code !== 0) throw new NotSo("the preview succeeds", events.errorText());
    return events;
  }

  /** Runs it without showing its output. @returns the calls that changed something */
  private async up(): Promise<string[]> {
    this.emulator.clearCalls();
    await this.project.mustRun(["up", "--yes", "--skip-preview", "--non-interactive"]);
    return this.emulator.calls
      .filter(({ method, path }) => method !== "GET" && !path.endsWith("/propose"))
      .map(({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}/, "{id}")}`);
  }

  private path(name: string): string {
    return join(this.project.folder, name);
  }
}

async function main(story: Story): Promise<void> {
  story.heading("pulumi-app-platform: what a preview shows of ten typical changes");
  const cli = await getPulumiCli({ log: (line) => story.tell(line) });
  const emulator = await createEmulator({ deploySeconds: 0.3, token: TOKEN });
  const program = join(TOP, "tests", "fixtures", "programs", "apps");
  const project = await PulumiProject.create(program, cli.bin, {
    DIGITALOCEAN_API_URL: emulator.url,
    DIGITALOCEAN_TOKEN: TOKEN,
  });
  process.once("exit", () => project.remove());
  const started = Date.now();
  try {
    const plans = new Plans(story, emulator, project);
    await plans.create();
    for (const [index, change] of CHANGES.entries()) {
      story.heading(`${index + 1}/${CHANGES.length}  ${change.title}`);
      await plans.show(change);
    }
    story.heading("That was all");
    const seconds = Math.round((Date.now() - started) / 1000);
    story.tell(`Ten changes in ${seconds} seconds. All ${story.checked} facts marked ✓ were checked.`);
  } finally {
    project.remove();
    await emulator.close();
  }
}

const story = new Story();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => process.exit(1));
void main(story).catch((error: unknown) => {
  if (error instanceof NotSo) story.failure(`not so: ${error.fact}`, error.detail);
  else story.failure("The demo could not go on", error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
