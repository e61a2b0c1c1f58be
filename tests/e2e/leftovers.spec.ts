import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { getPulumiCli } from "../../tools/pulumi-cli/get";
import { runCommand, TOP, type CommandResult } from "../../tools/pulumi-project";
import { succeeded, TestStack } from "../helpers/e2e";
import { commandLines, encodingsOf, Traces } from "../helpers/traces";

const CRASH = join(TOP, "tests", "fixtures", "crash.cjs");
const COMMAND = join(TOP, "provider", "dist", "cli.js");

/** Each contains characters that JSON and URLs encode differently. */
const PLANTED = {
  "the token of the environment": "dop_v1_p1anted0in0the0environment",
  "the token of the configuration": "dop_v1_p1anted0in0the0configuration",
  "a variable of the app": 'p1anted="variable"/of the+app%ü',
  "a variable of a component": "p1anted&variable\\of'a component?",
  "a key of several lines": `-----BEGIN PRIVATE KEY-----\n${"cDFhbnRlZAo".repeat(5)}\n${"a2V5IGxpbmUy".repeat(4)}\n-----END PRIVATE KEY-----\n`,
  "registry credentials": "p1anted-user:p1anted-registry-pa$$word",
  "a token of a log destination": "p1anted-logtail-token",
  "a key of a log destination": "p1anted0datadog0key",
  "a password of a log destination": "p1anted-open-search-pass/word",
  "a header of a log destination": "p1anted header value",
  "the secure header": "p1anted-secure-header",
  "a Slack webhook": "https://hooks.slack.com/services/T0P1ANTED/B0P1ANTED/p1antedwebhook",
  "a clone address with a password": "https://ci:p1anted-clone-password@git.example.com/shop.git",
} as const;
const ENVIRONMENT = PLANTED["the token of the environment"];
const KEY = PLANTED["a key of several lines"];

/** Forms in which build logs and the service echo them. */
const ECHOED = Object.entries(PLANTED).flatMap(([name, value]) =>
  // Values that the provider was never given are recognized by their shape, and only in plain text.
  /^the token of|address/.test(name) ? [value] : encodingsOf(value),
);

/** Files that belong to the program itself. */
const OWN = /^program\/(apps\.json|node_modules)/;
const BACKUP = /^program\/app-spec-backups\//;
/** Written because of -v=9: all traffic between Pulumi's processes. */
const PULUMI_LOG = /^temp\/pulumi[^/]*\.log\./;

type Json = Record<string, unknown>;
const secret = (value: string): Json => ({ $secret: value });

/** @param greeting changes from run to run */
const shop = (greeting: string): Json => ({
  spec: {
    envs: [{ key: "APP_KEY", value: PLANTED["a variable of the app"], type: "SECRET" }],
    alerts: [{ rule: "DEPLOYMENT_FAILED" }],
    services: [
      {
        name: "web",
        git: { repo_clone_url: secret(PLANTED["a clone address with a password"]), branch: "main" },
        envs: [
          { key: "GREETING", value: greeting },
          { key: "KEY", value: secret(PLANTED["a variable of a component"]), type: "SECRET" },
          { key: "PEM", value: PLANTED["a key of several lines"], type: "SECRET" },
        ],
        log_destinations: [
          { name: "lt", logtail: { token: PLANTED["a token of a log destination"] } },
          {
            name: "hd",
            endpoint: "https://collector.example.com",
            headers: [{ key: "X-Auth", value: PLANTED["a header of a log destination"] }],
          },
          { name: "dd", datadog: { api_key: PLANTED["a key of a log destination"] } },
          {
            name: "os",
            open_search: {
              endpoint: "https://logs.example.com",
              basic_auth: { user: "app", password: PLANTED["a password of a log destination"] },
            },
          },
        ],
      },
      {
        name: "image",
        image: {
          registry_type: "DOCKER_HUB",
          registry: "acme",
          repository: "image",
          registry_credentials: PLANTED["registry credentials"],
        },
      },
    ],
    ingress: { secure_header: { key: "X-Secure", value: PLANTED["the secure header"] } },
  },
  alertDestinations: [
    {
      rule: "DEPLOYMENT_FAILED",
      emails: ["a@example.com"],
      slackWebhooks: [{ url: PLANTED["a Slack webhook"], channel: "#ops" }],
    },
  ],
});

describe("traces that a run leaves behind", function () {
  this.timeout(600_000);
  let emulator: Emulator;
  let stack: TestStack;
  let home: string;
  /** Output of all commands. */
  const printed: CommandResult[] = [];
  const ciphertexts = new Set<string>();
  let commands: ReadonlySet<string>;
  /** Lines of `up --json`. */
  let events: string[] = [];

  before(async () => {
    // The emulator accepts any token because this test uses two.
    emulator = await createEmulator({ deploySeconds: 0.02, rateLimit: false });
    home = realpathSync(mkdtempSync(join(tmpdir(), "app-platform-home-")));
    stack = await TestStack.create(emulator, {
      env: { DIGITALOCEAN_API_URL: emulator.url, DIGITALOCEAN_TOKEN: ENVIRONMENT, HOME: home },
    });
    // The test itself passes this argument; process arguments are not watched yet.
    const config = [
      "config",
      "set",
      "--secret",
      "app-platform:token",
      PLANTED["the token of the configuration"],
    ];
    succeeded(await stack.project.run(config));
    commands = await commandLines(wholeLife);
  });

  after(async () => {
    stack?.remove();
    if (home) rmSync(home, { recursive: true, force: true });
    await emulator?.close();
  });

  async function run(
    args: string[],
    env: Record<string, string> = {},
    ends: "well" | "badly" = "well",
  ): Promise<CommandResult> {
    const result = await stack.run(args, { env });
    printed.push(result);
    for (const app of emulator.apps())
      for (const [text] of JSON.stringify(app.spec).matchAll(/EV\[[^\]"]+\]/g)) ciphertexts.add(text);
    assert.equal(result.code === 0, ends === "well", result.output);
    return result;
  }
  const up = (...args: string[]): string[] => ["up", "--yes", "--skip-preview", ...args];

  /** Runs an app through its whole life, failures included. */
  async function wholeLife(): Promise<void> {
    stack.declare({ shop: shop("one") }, { shop: "shop.spec", live: "shop.liveSpec" });
    await run(["preview", "--diff"]);
    await run(["preview", "--json"]);
    const repeated = ECHOED.join(" ");
    const reason = { code: "BuildJobExitNonZero", message: `the command was: ${repeated}` };
    const failure = {
      component: "web",
      step: "build" as const,
      reason,
      log: ["using", repeated, ...KEY.split("\n")],
    };
    emulator.failNext(failure);
    await run(up("--diff"), {}, "badly");
    const { output } = await run(up("--json"));
    printed.pop();
    events = output.split("\n");
    await run(["stack", "output", "--json"]);
    await run(["stack", "export"]);

    stack.declare({ shop: shop("two") });
    const echo = { status: 422, body: { id: "unprocessable_entity", message: `refused: ${repeated}` } };
    emulator.faults.add({ method: "PUT", fault: echo });
    await run(up("--diff"), {}, "badly");
    const crash = { NODE_OPTIONS: `--require ${CRASH}`, CRASH_AFTER: "PUT" };
    // Pulumi reports an uncaught exception and continues.
    await run(up(), { ...crash, CRASH: "throw" });
    stack.declare({ shop: shop("three") });
    await run(up(), { ...crash, CRASH: "kill" }, "badly");
    await run(up("--diff"), { DIGITALOCEAN_TOKEN: "" });

    emulator.editApp("shop", (spec) => {
      for (const env of spec.services?.[0]?.envs ?? []) env.value = `changed ${env.key}`;
    });
    await run(["refresh", "--yes", "--skip-preview", "--diff"]);
    const deployments = { release: { appId: { $output: "shop.id" }, triggers: { commit: "a" } } };
    stack.declare({ shop: shop("four") }, {}, deployments);
    await run(up());
    stack.declare(
      { shop: shop("four") },
      {},
      { release: { ...deployments.release, triggers: { commit: "b" } } },
    );
    emulator.failNext(failure);
    await run(up("--diff"), {}, "badly");
    stack.declare({ shop: shop("five") });
    await run(up("-v=9", "--logflow"));
    const env = {
      PATH: `${(await getPulumiCli()).bin}${delimiter}${process.env["PATH"] ?? ""}`,
      HOME: home,
      DIGITALOCEAN_API_URL: emulator.url,
      DIGITALOCEAN_TOKEN: ENVIRONMENT,
    };
    const command = [COMMAND, "deployments", "shop"];
    printed.push(succeeded(await runCommand(process.execPath, command, stack.project.folder, env)));
    await run(["destroy", "--yes", "--skip-preview", "--diff"]);
  }

  /** Reports what was found where, but never the secret itself. */
  function expectNothing(traces: Traces): void {
    assert.deepEqual([...new Set(traces.found.map(({ where, what }) => `${what} in ${where}`))], []);
  }
  const everything = (): Record<string, string> => ({
    ...PLANTED,
    ...Object.fromEntries([...ciphertexts].map((text, index) => [`ciphertext ${index + 1}`, text])),
  });
  const files = (): string => dirname(stack.project.folder);

  it("the run contains every secret and all of the service's ciphertext, so that a leak could be found", () => {
    assert.ok(ciphertexts.size >= 6, `${ciphertexts.size}`);
    const own = new Traces(everything());
    own.text("the program", JSON.stringify(shop("")));
    const planted = Object.keys(PLANTED).filter((name) => !name.startsWith("the token"));
    assert.deepEqual([...new Set(own.found.map(({ what }) => what))].sort(), planted.sort());
  });

  it("the terminal shows no secrets, even when the service and logs echo all of them", () => {
    const traces = new Traces(everything());
    printed.forEach(({ output }, index) => traces.text(`the output of command ${index + 1}`, output));
    expectNothing(traces);
    assert.ok(printed.every(({ output }) => !output.includes("EV[")));
    const failed = printed.filter(({ output }) => /web: build failed.*the command was: \*\*\*/.test(output));
    assert.deepEqual(
      failed.map(({ output }) => /Deployment::release/.test(output)),
      [false, true],
      "the App's failure, then that of its Deployment",
    );
    assert.ok(printed.some(({ output }) => output.includes("refused: ***")));
    assert.ok(printed.some(({ output }) => output.includes("Error: the provider crashed")));
  });

  it("the events of up --json contain no secrets, except where Pulumi's SDK logs what it received", () => {
    const traces = new Traces(everything());
    const sdk = (line: string): boolean => /"diagnosticEvent":.*"message":"\w+ RPC finished: /.test(line);
    const own = events.filter((line) => !sdk(line));
    assert.ok(own.length > 10 && own.length < events.length);
    own.forEach((line) => traces.text("an event", line));
    expectNothing(traces);
  });

  it("no process has a secret in its arguments", () => {
    const traces = new Traces(everything());
    for (const command of commands) traces.text("process arguments", command);
    assert.ok([...commands].some((command) => command.includes("dynamic-provider")));
    expectNothing(traces);
  });

  it("no file contains a secret: state, history, configuration, logs or temporary files", () => {
    const traces = new Traces(everything());
    traces.folder(home, () => false);
    traces.folder(files(), (path) => OWN.test(path) || BACKUP.test(path) || PULUMI_LOG.test(path));
    for (const kind of ["stacks", "history", "backups"])
      assert.ok(
        traces.seen.some((path) => path.startsWith(`state/.pulumi/${kind}/`)),
        kind,
      );
    assert.ok(traces.seen.some((path) => path.startsWith("home/logs/")));
    assert.ok(traces.seen.includes("program/Pulumi.dev.yaml"));
    expectNothing(traces);
  });

  it("no Pulumi log contains the environment's token, although logs at -v=9 contain what Pulumi receives", () => {
    const traces = new Traces({ "the token of the environment": ENVIRONMENT });
    traces.folder(files(), (path) => !PULUMI_LOG.test(path));
    assert.ok(traces.seen.some((path) => PULUMI_LOG.test(path)));
    expectNothing(traces);
  });

  it("a backup is readable only by its owner and contains no secret and no ciphertext", () => {
    const traces = new Traces(everything());
    traces.folder(files(), (path) => !BACKUP.test(path));
    const [name, ...others] = traces.seen.filter((path) => BACKUP.test(path) && path.endsWith(".yaml"));
    assert.deepEqual(others, []);
    assert.equal(statSync(join(files(), name ?? "")).mode & 0o777, 0o600);
    expectNothing(traces);
  });
});
