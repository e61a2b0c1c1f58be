import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandResult, PulumiProject, RunOptions } from "../pulumi-project";
import { probeBuffering } from "./buffering";
import { visited } from "./contract";
import { secondsAfterFailure, type Findings } from "./findings";
import {
  probeAddress,
  probeApp,
  probeDeletion,
  probeErrors,
  probeSpecs,
  probeUpdates,
  type Send,
} from "./probes";
import type { RecordingProxy } from "./proxy";
import type { Step } from "./report";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, since their shapes are in question */

/** The smallest instance size; see the price in {@link PRICE}. */
const SIZE = "apps-s-1vcpu-0.5gb";
const IMAGE = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "alpine" };
const BROKEN_SOURCE = { repo_clone_url: "https://github.com/digitalocean/sample-nodejs.git", branch: "main" };
const SECRET = "live-run-secret-7f3a";

/** How long a line of a followed log may take, in milliseconds. */
const LOG_MS = 120_000;

/** How long to wait for a new line of a log that is open already, in milliseconds. */
const NEW_LINE_MS = 20_000;

/** "Within seconds" of the assumption about the service's own rollback. */
const SOON_SECONDS = 10;

/** How long to wait for that rollback at least, in milliseconds. */
const OWN_ROLLBACK_MS = 15_000;

export const PRICE = `Two apps, each with one ${SIZE} instance, deleted at the end: about US$5 a month each, so a few cents for this run.`;

export interface Life {
  readonly project: PulumiProject;
  readonly proxy: RecordingProxy;
  readonly send: Send;
  readonly findings: Findings;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly pause: (ms: number) => Promise<void>;
  /** Runs `app-platform`. */
  readonly command: (args: readonly string[], options: RunOptions) => Promise<CommandResult>;
  /** Requests a page of an app; absent where apps have no address. */
  readonly visit?: ((url: string) => Promise<void>) | undefined;
  /** Milliseconds between two looks at a deployment in progress. */
  readonly interval: number;
  readonly onStep: (step: Step) => void;
}

const check = (holds: boolean, problem: string): void => {
  if (!holds) throw new Error(problem);
};

const writes = (proxy: RecordingProxy, since: number): string[] =>
  proxy.exchanges
    .slice(since)
    .filter(({ method, path }) => method !== "GET" && !path.endsWith("/propose"))
    .map(({ method, path }) => `${method} ${path}`);

/** The steps run one after the other; the first that fails ends the run, but never the deletion. */
export async function live(life: Life): Promise<void> {
  const { project, proxy, send, findings, signal } = life;
  let appId = "";
  const spec = (service: object = {}, more: object = {}): any => ({
    name: life.name,
    region: "nyc",
    services: [
      {
        name: "web",
        image: IMAGE,
        http_port: 80,
        instance_size_slug: SIZE,
        instance_count: 1,
        envs: [
          { key: "COLOR", value: "blue" },
          { key: "TOKEN", type: "SECRET", value: { $secret: SECRET } },
        ],
        ...service,
      },
    ],
    ...more,
  });
  const declare = (value: any, args: object = {}, rollbacks: object = {}): void =>
    writeFileSync(
      join(project.folder, "apps.json"),
      JSON.stringify({ apps: { app: { spec: value, ...args } }, rollbacks }),
    );
  const up = async (): Promise<CommandResult> =>
    project.run(["up", "--yes", "--skip-preview", "--non-interactive"], { signal });
  const mustUp = async (): Promise<CommandResult> => {
    const result = await up();
    check(result.code === 0, `pulumi up failed: ${result.output.slice(-1500)}`);
    return result;
  };
  const app = async (): Promise<any> => (await send("GET", `/v2/apps/${appId}`)).body.app;
  const idle = async (): Promise<void> => {
    while ((await app()).in_progress_deployment != null) {
      signal.throwIfAborted();
      await life.pause(life.interval);
    }
  };
  const deployments = async (): Promise<any[]> =>
    (await send("GET", `/v2/apps/${appId}/deployments`)).body.deployments ?? [];

  let failed: Error | undefined;
  const step = async (name: string, work: () => Promise<void>, always = false): Promise<void> => {
    if (failed !== undefined && !always) return;
    const started = Date.now();
    const done = (rest: object): void =>
      life.onStep({ name, ok: true, seconds: Math.round((Date.now() - started) / 1000), ...rest });
    try {
      if (!always) signal.throwIfAborted();
      await work();
      done({});
    } catch (error) {
      failed ??= error as Error;
      done({ ok: false, problem: (error as Error).message });
    }
  };

  await step("create an app", async () => {
    declare(spec());
    await mustUp();
    const created = proxy.exchanges.find(
      ({ method, path, body }) =>
        method === "POST" && path === "/v2/apps" && (body as any)?.app?.spec?.name === life.name,
    );
    appId = (created?.body as any)?.app?.id ?? "";
    check(appId !== "", "no response with the app was seen");
    probeAddress(
      findings,
      appId,
      proxy.exchanges.map(({ body }) => body),
    );
    check(!project.stateText().includes(SECRET), "the state contains the secret in clear");
  });
  await step("a second up changes nothing", async () => {
    const since = proxy.exchanges.length;
    const { output } = await mustUp();
    check(/1 unchanged|[2-9] unchanged/.test(output), output.slice(-500));
    check(writes(proxy, since).length === 0, `wrote ${writes(proxy, since).join(", ")}`);
  });
  await step("check error responses", () => probeErrors(send, findings, spec({ envs: [] })));
  await step("check specs with propose", () => probeSpecs(send, findings, `${life.name}-p`));
  await step("check the app's body", async () => {
    await idle();
    await probeApp(send, findings, appId);
  });
  await step("change a variable", async () => {
    declare(
      spec({
        envs: [
          { key: "COLOR", value: "green" },
          { key: "TOKEN", type: "SECRET", value: { $secret: SECRET } },
        ],
      }),
    );
    await mustUp();
    const { services } = (await app()).spec;
    check(
      services[0].envs.some((env: any) => env.value === "green"),
      "the variable did not change",
    );
  });
  await step("change a secret", async () => {
    const sealed = async (): Promise<string> =>
      (await app()).spec.services[0].envs.find((env: any) => env.key === "TOKEN").value;
    const before = await sealed();
    declare(
      spec({
        envs: [
          { key: "COLOR", value: "green" },
          { key: "TOKEN", type: "SECRET", value: { $secret: `${SECRET}-2` } },
        ],
      }),
    );
    const { output } = await mustUp();
    check((await sealed()) !== before, "the secret did not change");
    check(!output.includes(SECRET) && !project.stateText().includes(SECRET), "the secret is visible");
  });
  await step("correct drift", async () => {
    await idle();
    const { spec: now } = await app();
    const changed = structuredClone(now);
    changed.services[0].envs.find((env: any) => env.key === "COLOR").value = "red";
    await send("PUT", `/v2/apps/${appId}`, { spec: changed });
    await idle();
    await project.mustRun(["refresh", "--yes", "--skip-preview", "--non-interactive"], { signal });
    await mustUp();
    const { services } = (await app()).spec;
    check(services[0].envs.find((env: any) => env.key === "COLOR").value === "green", "drift remains");
  });
  await step("report a failed build", async () => {
    const { image: _, ...rest } = spec().services[0];
    declare({ ...spec(), services: [{ ...rest, git: BROKEN_SOURCE, build_command: "exit 1" }] });
    const { code, output } = await up();
    check(code !== 0 && /build/i.test(output), `the build did not fail: ${output.slice(-500)}`);
  });
  await step("report a failed deploy and the service's own rollback", async () => {
    declare(spec({ run_command: "exit 1" }));
    const { code, output } = await up();
    check(code !== 0, `the deploy did not fail: ${output.slice(-500)}`);
    let own: any;
    const until = Date.now() + Math.max(20 * life.interval, OWN_ROLLBACK_MS);
    while (own === undefined && Date.now() < until) {
      own = (await deployments()).find((one) => /^automated rollback after failed/.test(one.cause ?? ""));
      if (own === undefined) await life.pause(life.interval);
    }
    findings.note(
      "own-rollback",
      own !== undefined,
      own === undefined ? "no rollback" : `cause_details ${own.cause_details?.type}`,
    );
    await idle();
    if (own === undefined) return;
    const all = await deployments();
    const phase = all.find(({ id }) => id === own.id)?.phase;
    findings.note("own-rollback-succeeds", phase === "ACTIVE", `phase ${phase}`);
    const seconds = secondsAfterFailure(all, own.id);
    if (seconds !== undefined)
      findings.note("own-rollback-soon", seconds <= SOON_SECONDS, `${Math.round(seconds)} seconds later`);
  });
  await step("repair the app", async () => {
    declare(spec());
    await mustUp();
  });
  await step("follow the log until a line arrives", async () => {
    await idle();
    const { live_url: page } = await app();
    const enough = new AbortController();
    const visits = visited(page, life.visit, life.pause, AbortSignal.any([enough.signal, signal]));
    const { output, code } = await life.command(["logs", appId, "web", "--follow"], {
      signal: AbortSignal.any([enough.signal, signal, AbortSignal.timeout(LOG_MS)]),
      onOutput: (text) => text.includes("\n") && enough.abort(),
    });
    enough.abort();
    await visits;
    check(/^web\b.*\S/m.test(output), `no line of the app (exit code ${code}): ${output.slice(-500)}`);
  });
  await step("compare a live log over HTTP and over WebSocket", async () => {
    const { live_url: page } = await app();
    const { body } = await send("GET", `/v2/apps/${appId}/components/web/logs?type=RUN&follow=true`);
    if (typeof body?.live_url !== "string" || !body.live_url.startsWith("http")) return;
    const enough = new AbortController();
    const visits = visited(page, life.visit, life.pause, AbortSignal.any([enough.signal, signal]));
    await probeBuffering(findings, body.live_url, { signal, mostMs: NEW_LINE_MS, pause: life.pause });
    enough.abort();
    await visits;
  });
  await step("roll back, and commit the rollback", async () => {
    const good = (await deployments()).filter(({ phase }) => phase === "SUPERSEDED" || phase === "ACTIVE");
    const target = good[1]?.id;
    check(target !== undefined, "there is no earlier deployment to roll back to");
    const back = (state: string): void =>
      declare(spec(), {}, { back: { appId: { $output: "app.id" }, deploymentId: target, state } });
    back("pinned");
    await mustUp();
    check((await app()).pinned_deployment != null, "the app is not pinned");
    back("committed");
    const since = proxy.exchanges.length;
    await mustUp();
    check(
      writes(proxy, since).some((write) => write.endsWith("/rollback/commit")),
      `no commit was sent, but ${writes(proxy, since).join(", ")}`,
    );
    await idle();
    check((await app()).pinned_deployment == null, "the app is still pinned");
    await project.mustRun(["refresh", "--yes", "--skip-preview", "--non-interactive"], { signal });
    await mustUp();
  });
  await step("check updates", async () => {
    await idle();
    await probeUpdates(send, findings, appId, idle);
  });
  await step("destroy the app, and keep a backup of its spec", async () => {
    const result = await project.run(["destroy", "--yes", "--skip-preview", "--non-interactive"], { signal });
    check(result.code === 0, `pulumi destroy failed: ${result.output.slice(-1500)}`);
    const folder = join(project.folder, "app-spec-backups");
    check(existsSync(folder) && readdirSync(folder).length > 0, "there is no backup");
    const gone = await send("GET", `/v2/apps/${appId}`);
    check(gone.status === 404, `the app still responds: ${gone.status}`);
  });
  await step("check a deletion", async () => {
    const made = await send("POST", "/v2/apps", { spec: { ...spec({ envs: [] }), name: `${life.name}-d` } });
    check(made.status === 200, `create: ${made.status}`);
    await probeDeletion(send, findings, made.body.app.id);
  });
}
