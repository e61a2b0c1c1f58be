// `npm start`, or `npm run demo:yaml`: the Pulumi CLI, the emulator, and a program that goes through the life of an app. It changes
// nothing outside a temporary folder; it needs no account, and uses none, whatever the environment contains.

import { constants } from "node:os";
import { getPulumiCli } from "../pulumi-cli/get";
import { TYPESCRIPT, YAML, type Language } from "./language";
import { DEPLOY_SECONDS, SESSION_KEY, Stage, Stopped } from "./stage";
import { STEPS } from "./steps";
import { NotSo, Story } from "./story";

const STOPS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function main(): Promise<number> {
  const story = new Story();
  const stopper = new AbortController();
  let code = 128 + constants.signals.SIGINT;
  for (const name of STOPS)
    process.on(name, () => {
      code = 128 + constants.signals[name];
      if (!stopper.signal.aborted) stopper.abort();
    });
  // The reader of our output has closed the pipe, as in `npm start | head`.
  process.stdout.on("error", () => stopper.abort());

  try {
    await demo(story, process.argv[2] === "yaml" ? YAML : TYPESCRIPT, stopper.signal);
    return 0;
  } catch (error) {
    if (stopper.signal.aborted || error instanceof Stopped) {
      story.gap();
      story.tell("Stopped. Nothing is left behind.");
      return code;
    }
    if (error instanceof NotSo) story.failure(`not so: ${error.fact}`, error.detail);
    else story.failure("The demo could not go on", error instanceof Error ? error.message : String(error));
    return 1;
  }
}

async function demo(story: Story, language: Language, signal: AbortSignal): Promise<void> {
  story.heading("pulumi-app-platform: the life of an app in seven steps");
  story.tell(
    `The real Pulumi CLI runs a real program, examples/${language.example}. The service is an emulator on this machine: no account, ` +
      "no token, no costs. All of it is in a temporary folder, which is gone at the end.",
  );
  story.gap();
  const log = (line: string): void => story.tell(line);
  const cli = await getPulumiCli({ log });
  const path = await language.tools(log);
  if (signal.aborted) throw new Stopped();
  story.tell(`Pulumi CLI ${cli.version} in ${cli.bin}`);

  const started = Date.now();
  const stage = await Stage.set(story, language, path, signal);
  // Runs however the process exits.
  const clear = (): void => stage.clear();
  process.once("exit", clear);
  try {
    story.tell(`emulator on ${stage.emulator.url}, where a deployment takes ${DEPLOY_SECONDS} seconds`);
    if (story.isNarrow)
      story.tell("In a wider terminal, of 120 columns or more, the rows of Pulumi's tables are shown whole.");
    await stage.quietly("config", "set", "--secret", "sessionKey", SESSION_KEY);
    for (const [index, step] of STEPS.entries()) {
      story.heading(`${index + 1}/${STEPS.length}  ${step.title}`);
      await step.run(stage);
    }
  } finally {
    clear();
  }
  sumUp(story, Math.round((Date.now() - started) / 1000));
}

function sumUp(story: Story, seconds: number): void {
  story.heading("That was all");
  story.tell(
    `An app was created, changed, deployed again, repaired, broken and fixed, deleted and brought back, in ${seconds} seconds. ` +
      `All ${story.checked} facts marked ✓ were checked at the emulator, in Pulumi's events and in its state.`,
  );
  story.gap();
  story.tell(
    "Next: your own app. README.md leads to a first program, and docs/connecting.md to the real service.",
  );
  story.gap();
}

void main().then((code) => {
  process.exitCode = code;
});
