// The seven steps: each does something with the real CLI, and checks the result.

import { isDeepStrictEqual } from "node:util";
import type { Spec } from "app-platform-emulator";
import { loadSpec } from "pulumi-app-platform";
import { SESSION_KEY, type Ran, type Stage } from "./stage";

export interface Step {
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

const UP = ["up", "--yes", "--skip-preview"];
const DESTROY = ["destroy", "--yes", "--skip-preview"];

export const STEPS: readonly Step[] = [
  { title: "Create an app from its AppSpec", run: create },
  { title: "Run it again: nothing to do", run: runAgain },
  { title: "Change one variable", run: changeVariable },
  { title: "Deploy again without a change", run: redeploy },
  { title: "Somebody changes the app in the control panel", run: repairDrift },
  { title: "A build that fails", run: failAndFix },
  { title: "Delete it, and bring it back from the backup", run: deleteAndRecreate },
];

async function create(stage: Stage): Promise<void> {
  const { story } = stage;
  story.tell(
    "app.yaml describes a service (web, with a secret variable) and a static site (site). The preview changes nothing: it " +
      "shows what would be created, and the price, which it asks the service for.",
  );
  const preview = await stage.pulumi("preview");
  succeeded(stage, preview);
  story.check(
    "the preview creates one app, and made no call that writes",
    wrote(preview) && preview.events.operation === "create",
    preview.writes,
  );

  story.gap();
  story.tell(
    "Now for real. Look at the app's own row: it goes through the phases of the deployment, step by step.",
  );
  const up = await stage.pulumi(...UP);
  succeeded(stage, up);
  story.check("one call created the app", wrote(up, "POST /v2/apps"), up.writes);
  const { rowText } = up.events;
  story.check(
    "its row showed the phases and steps: waiting, building, deploying, active",
    /^waiting to build.*\n(.*\n)*building \d+\/\d+: .*\n(.*\n)*deploying \d+\/\d+.*\n(.*\n)*active/m.test(
      rowText,
    ),
    rowText,
  );
  const { services, static_sites } = stage.app.spec;
  story.check(
    "the service holds both components",
    isDeepStrictEqual(
      [services, static_sites].map((list) => list?.map(({ name }) => name)),
      [["web"], ["site"]],
    ),
    stage.app.spec,
  );
  story.check(
    "it got the secret, and Pulumi shows and stores it encrypted only",
    sessionKeyOf(stage) === SESSION_KEY && stage.leaks().length === 0,
    stage.leaks(),
  );
  const { live_url: url } = await stage.liveApp();
  story.check(
    `the output url is the app's live URL: ${url}`,
    url !== undefined && stage.output("url") === url,
    stage.output("url"),
  );
}

async function runAgain(stage: Stage): Promise<void> {
  stage.story.tell(
    "Nothing was edited, so nothing may happen: neither the secret, which comes back as ciphertext, nor the defaults that the " +
      "service filled in look like a change.",
  );
  const up = await stage.pulumi(...UP);
  succeeded(stage, up);
  stage.story.check("the app is unchanged", up.events.operation === "same", up.events.operation);
  stage.story.check("no call that writes was made", wrote(up), up.writes);
}

async function changeVariable(stage: Stage): Promise<void> {
  const { story } = stage;
  story.tell("A variable of web gets another value:");
  stage.edit("app.yaml", "value: Hello", "value: Good morning");
  story.tell("Look at the lines above the diff: what is rebuilt or redeployed, and how much is unchanged.");
  const preview = await stage.pulumi("preview", "--diff");
  succeeded(stage, preview);
  const { rowText, differences } = preview.events;
  story.check(
    "it says that web is redeployed, and why",
    /^~ web \(service\): redeploy .*GREETING/m.test(rowText),
    rowText,
  );
  story.check(
    "it says that the other component is unchanged",
    /^1 component unchanged/m.test(rowText),
    rowText,
  );
  story.check(
    "the diff is this one value",
    isDeepStrictEqual(differences, ["spec.services.web.envs.GREETING.value"]),
    differences,
  );
  story.check("no call that writes was made", wrote(preview), preview.writes);

  const before = stage.app.deployments.length;
  const up = await stage.pulumi(...UP);
  succeeded(stage, up);
  story.check("one call updated the app", wrote(up, `PUT /v2/apps/${stage.app.id}`), up.writes);
  story.check(
    "it led to one deployment, which built nothing anew",
    newDeployments(stage, before) === 1 && newest(stage)?.plan.built.length === 0,
    newest(stage)?.plan.built,
  );
  story.check("the secret is still the same", sessionKeyOf(stage) === SESSION_KEY);
}

async function redeploy(stage: Stage): Promise<void> {
  const { story } = stage;
  story.tell(
    "The program says redeployOn: { release }. Another release means a new deployment of the same spec, from the newest sources.",
  );
  const before = stage.app.deployments.length;
  const spec = structuredClone(stage.app.spec);
  const up = await stage.pulumi(...UP, "--config", "release=2");
  succeeded(stage, up);
  story.check(
    "one call made one new deployment, and there was no other that writes",
    wrote(up, `POST /v2/apps/${stage.app.id}/deployments`) && newDeployments(stage, before) === 1,
    up.writes,
  );
  story.check("the spec is as it was", isDeepStrictEqual(stage.app.spec, spec));
}

async function repairDrift(stage: Stage): Promise<void> {
  const { story } = stage;
  story.tell("Somebody sets web to three instances, behind Pulumi's back. A refresh finds it:");
  stage.emulator.editApp(stage.app.spec.name, (spec) => {
    for (const service of spec.services ?? []) service.instance_count = 3;
  });
  const refresh = await stage.pulumi("refresh", "--yes", "--skip-preview", "--diff");
  succeeded(stage, refresh);
  const { differences } = refresh.events;
  story.check(
    "the drift is shown as what it is: one property, its old and its new value",
    isDeepStrictEqual(differences, ["spec.services.web.instance_count"]),
    differences,
  );
  story.check("no call that writes was made", wrote(refresh), refresh.writes);

  story.gap();
  story.tell(
    "The program still says one instance. The next up puts that right, and warns about what it takes away:",
  );
  const up = await stage.pulumi(...UP, "--diff");
  succeeded(stage, up);
  story.check("one call repaired the app", wrote(up, `PUT /v2/apps/${stage.app.id}`), up.writes);
  story.check(
    "web has one instance again",
    stage.app.spec.services?.[0]?.instance_count === 1,
    stage.app.spec,
  );
}

async function failAndFix(stage: Stage): Promise<void> {
  const { story } = stage;
  story.tell(
    "The build command of web gets broken. Look at the error: it says where and why, with the end of the build's log.",
  );
  const [good, bad] = [
    "build_command: npm run build\n    run_command",
    "build_command: npm run build && exit 1\n    run_command",
  ];
  const { id } = stage.app;
  const live = (await stage.liveApp()).active_deployment?.id;
  stage.edit("app.yaml", good, bad);
  const broken = await stage.pulumi(...UP);
  story.check("pulumi up failed", broken.code !== 0, `exit code ${broken.code}`);
  const error = broken.events.errorText();
  story.check(
    "the error on the app names component, step and reason",
    /web: build failed: BuildJobExitNonZero/.test(error),
    error,
  );
  story.check(
    "it shows the last lines of the log, with the command that failed",
    /^\s*\| .*npm run build && exit 1: command failed/m.test(error),
    error,
  );
  story.check(
    "the app is still in the state",
    isDeepStrictEqual(stage.appsInState(), [id]),
    stage.appsInState(),
  );
  story.check(
    "what was live before is live still",
    live !== undefined && (await stage.liveApp()).active_deployment?.id === live,
  );

  story.gap();
  story.tell("The command is fixed, and up goes through:");
  stage.edit("app.yaml", bad, good);
  const fixed = await stage.pulumi(...UP);
  succeeded(stage, fixed);
  story.check("one call updated the app", wrote(fixed, `PUT /v2/apps/${id}`), fixed.writes);
  story.check(
    "the new deployment is live",
    (await stage.liveApp()).active_deployment?.id === newest(stage)?.id,
  );
}

async function deleteAndRecreate(stage: Stage): Promise<void> {
  const { story } = stage;
  story.tell(
    "Deleting an app cannot be undone. Look at the warning: it says what is lost, and where the spec was saved before.",
  );
  const { id } = stage.app;
  const before = openSpec(stage);
  const destroy = await stage.pulumi(...DESTROY);
  story.check("the app was gone before the command ended", stage.emulator.apps().length === 0);
  succeeded(stage, destroy);
  const warning = destroy.events.warningText();
  const backup = /app-spec-backups\/\S+\.yaml/.exec(warning)?.[0] ?? "";
  story.check(
    "the warning says that its deployments are shut down for good",
    /shut down for good/.test(warning),
    warning,
  );
  story.check(
    `it says where the backup is, and how to create the app from it: ${backup}`,
    backup !== "" && stage.language.declaration.test(warning),
    warning,
  );
  story.check(
    "only the owner can read the backup",
    process.platform === "win32" || stage.mode(backup) === 0o600,
  );

  const head = stage.read(backup).split("\n\n")[0] ?? "";
  story.gap();
  story.tell("The backup is an AppSpec. Its head says what else is needed:");
  story.quote(head.split("\n"));
  story.check("it names the secret to supply again", head.includes("web.SESSION_KEY"), head);
  const refusal = refusalWithoutSecrets(stage.path(backup));
  story.check("without its value, the file is refused", refusal.includes("web.SESSION_KEY"), refusal);

  story.gap();
  story.tell(
    "The program supplies that secret from Pulumi's config. So the backup can take the place of app.yaml:",
  );
  const up = await stage.pulumi(...UP, "--config", `appSpec=${backup}`);
  succeeded(stage, up);
  story.check("one call created a new app", wrote(up, "POST /v2/apps") && stage.app.id !== id, up.writes);
  story.check(
    "it has the spec of the old one, the secret included",
    isDeepStrictEqual(openSpec(stage), before),
  );

  story.gap();
  story.tell("And away with it:");
  const last = await stage.pulumi(...DESTROY);
  succeeded(stage, last);
  story.check("nothing is left", stage.emulator.apps().length === 0 && stage.appsInState().length === 0);
  story.check(
    "neither the secret nor the token was ever printed, or is in the state",
    stage.leaks().length === 0,
    stage.leaks(),
  );
}

function succeeded(stage: Stage, ran: Ran): void {
  if (ran.code !== 0) stage.story.check("pulumi succeeds", false, `exit code ${ran.code ?? ran.signal}`);
}

const wrote = (ran: Ran, ...calls: string[]): boolean => isDeepStrictEqual(ran.writes, calls);

const newDeployments = (stage: Stage, before: number): number => stage.app.deployments.length - before;

const newest = (stage: Stage): Stage["app"]["deployments"][number] | undefined =>
  stage.app.deployments.at(-1);

function sessionKeyOf(stage: Stage): string | undefined {
  return openSpec(stage).services?.[0]?.envs?.find(({ key }) => key === "SESSION_KEY")?.value;
}

/** The spec as the service stores it, with its secrets decrypted. */
function openSpec({ app }: Stage): Spec {
  return JSON.parse(JSON.stringify(app.spec), (_key, value: unknown) =>
    typeof value === "string" ? (app.plain(value) ?? value) : value,
  ) as Spec;
}

function refusalWithoutSecrets(path: string): string {
  try {
    loadSpec(path);
    return "it was not refused";
  } catch (error) {
    return (error as Error).message;
  }
}
