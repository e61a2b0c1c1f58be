import assert from "node:assert/strict";
import type { Deployment } from "../../../provider/api/types";
import type { LogSource } from "../../../provider/deploy/failure-tail";
import type { Reporter } from "../../../provider/host/reporter";
import type { AppPlatformError } from "../../../provider/errors";
import { waitForOutcome, type Outcome } from "../../../provider/deploy/outcome";
import type { DeploymentSource } from "../../../provider/deploy/wait";
import { InstantClock } from "../../helpers/clocks/instant-clock";
import { TYPESCRIPT } from "../../../provider/text/program-texts";

const SECRET = "hunter2-in-the-open";

function service(
  deployments: readonly Deployment[],
  log: readonly string[] = [],
): DeploymentSource & LogSource {
  const phases = new Map<string, Deployment[]>();
  for (const one of deployments) phases.set(one.id, [...(phases.get(one.id) ?? []), one]);
  return {
    getDeployment: async (_app, id) => {
      const script = phases.get(id) ?? [];
      return (script.length > 1 ? script.shift() : script[0]) as Deployment;
    },
    listDeploymentPage: async () => ({ items: [...phases.keys()].reverse().map((id) => ({ id })) }),
    getLogUrls: async () => ({ historic_urls: log.length > 0 ? ["log"] : [] }),
    async *openLog() {
      yield* log;
    },
  };
}

/** Links and log commands, in the order of appearance. */
const placesIn = (failures: readonly string[]): string[] =>
  [...failures.join("\n").matchAll(/https:\S+|(?<=npx app-platform logs ).*/g)].map(([place]) => place);

const PAGE = "https://cloud.digitalocean.com/apps/a/deployments/d";

async function settled(
  source: DeploymentSource & LogSource,
  signal?: AbortSignal,
): Promise<{ outcome: Outcome; said: string[] }> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const reporter: Reporter = { status: say, info: say, warn: say, waits: () => {}, flush: async () => {} };
  const options = {
    clock: new InstantClock(),
    timeoutMs: 60_000,
    texts: TYPESCRIPT,
    ...(signal && { signal }),
  };
  return { outcome: await waitForOutcome(source, "a", "d", reporter, [SECRET], options), said };
}

const failing = (reason: { code?: string; message?: string }): Deployment => ({
  id: "d",
  phase: "ERROR",
  progress: {
    steps: [
      {
        name: "build",
        status: "ERROR",
        steps: [{ name: "build", component_name: "web", status: "ERROR", reason }],
      },
    ],
  },
});

describe("settle", () => {
  it("explains nothing for a deployment that succeeded", async () => {
    const { outcome, said } = await settled(
      service([
        { id: "d", phase: "BUILDING" },
        { id: "d", phase: "ACTIVE" },
      ]),
    );
    assert.deepEqual(outcome, { deployment: { id: "d", phase: "ACTIVE" }, failures: [] });
    assert.deepEqual(said, ["building", "active"]);
  });

  it("reports which other deployment it waits for", async () => {
    const { outcome, said } = await settled(
      service([
        { id: "d", phase: "CANCELED" },
        { id: "next", phase: "ACTIVE" },
      ]),
    );
    assert.equal(outcome.deployment.id, "next");
    assert.equal(said.filter((line) => line.includes("Superseded by deployment next")).length, 1);
  });

  it("explains a failure with component, step, reason, log tail, and where to look next", async () => {
    const { outcome } = await settled(
      service([failing({ code: "Exit", message: "It failed." })], ["one", "two"]),
    );
    assert.deepEqual(outcome.failures, [
      [
        "web: build failed: Exit – It failed.",
        "Last 2 log lines:",
        "  | one",
        "  | two",
        "Full log: npx app-platform logs a web --type build --deployment d",
        "Deployment d failed. Control panel: https://cloud.digitalocean.com/apps/a/deployments/d",
      ].join("\n"),
    ]);
  });

  it("shows only the tail of a long log, without what all its lines repeat", async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `web 2026-05-01T12:34:56.7Z line ${index + 1}`);
    const { outcome } = await settled(service([failing({ code: "Exit", message: "It failed." })], lines));
    const text = outcome.failures.join("\n");
    assert.match(
      text,
      /^Last 15 log lines:\n {2}\| 12:34:56 line 6\n(?: {2}\| .*\n){13} {2}\| 12:34:56 line 20\nFull log: npx /m,
    );
  });

  it("explains as much as possible without a log or a step", async () => {
    const { outcome } = await settled(service([failing({ message: "It failed." })]));
    assert.match(outcome.failures.join(), /^web: build failed: It failed\.\nFull log: npx /);
    const nameless = await settled(service([{ id: "d", phase: "ERROR" }]));
    assert.match(nameless.outcome.failures.join(), /^Deployment d failed; .* no|not report a failed step/);
    assert.deepEqual(placesIn(nameless.outcome.failures), [PAGE, "a --type build --deployment d"]);
  });

  it("explains what to do about a deployment that was canceled and not superseded", async () => {
    const { outcome } = await settled(service([{ id: "d", phase: "CANCELED" }]));
    assert.match(outcome.failures.join(), /^Deployment d was canceled.*pulumi up/);
    assert.deepEqual(placesIn(outcome.failures), [PAGE, "a --type build --deployment d"]);
  });

  it("points to the log of the stage in which each step failed", async () => {
    const failed = (stage: string, name: string, component: string) => ({
      name: stage,
      status: "ERROR",
      steps: [{ name, component_name: component, status: "ERROR" }],
    });
    const steps = [failed("build", "build", "web"), failed("deploy", "wait", "migrate")];
    const deployment: Deployment = { id: "d", phase: "ERROR", progress: { steps } };
    const { outcome } = await settled(service([deployment]));
    assert.deepEqual(placesIn(outcome.failures), [
      "a web --type build --deployment d",
      "a migrate --type deploy --deployment d",
      PAGE,
    ]);
    const running = await settled(service([deployment], ["exited"]));
    assert.equal(placesIn(running.outcome.failures)[1], "a migrate --type run --deployment d");
  });

  it("points to the deployment when it takes too long, including one that superseded it", async () => {
    const building = {
      id: "next",
      phase: "DEPLOYING",
      progress: { steps: [{ name: "deploy", status: "RUNNING" }] },
    };
    const failed = settled(service([{ id: "d", phase: "CANCELED" }, building]));
    await assert.rejects(failed, ({ errorCode, message }: AppPlatformError) => {
      assert.equal(errorCode, "wait-timeout");
      assert.deepEqual(placesIn([message]), [
        "https://cloud.digitalocean.com/apps/a/deployments/next",
        "a --type deploy --deployment next --follow",
      ]);
      return true;
    });
  });

  it("does not repeat the reason at the end of the log", async () => {
    const reason = { code: "Exit", message: "It failed." };
    const log = ["web 2026-05-01T12:34:56Z boom", "web 2026-05-01T12:34:56Z It failed.", ""];
    const { outcome } = await settled(service([failing(reason)], log));
    assert.match(outcome.failures.join(), /Last log line:\n {2}\| 12:34:56 boom\nFull log/);
  });

  it("stays bounded, however many steps the service reports", async () => {
    const huge = "x".repeat(3_000_000);
    const steps = Array.from({ length: 500 }, (_, index) => ({
      name: `step-${index}`,
      component_name: `c${index}`,
      status: "ERROR",
      reason: { code: huge, message: huge },
    }));
    const deployment: Deployment = { id: "d", phase: "ERROR", progress: { steps } };
    const { outcome } = await settled(service([deployment], [huge, "end"]));
    const text = outcome.failures.join("\n");
    assert.ok(text.length < 250_000, `${text.length}`);
    assert.match(text, /Deployment d failed, in 500 steps\. Control panel: /);
    assert.match(text, /more characters\)\n {2}\| end\n/);
  });

  it("omits the log when the run is stopped while reading it", async () => {
    const stop = new AbortController();
    const source = service([failing({ message: "It failed." })], ["never read"]);
    source.openLog = async function* (_url, { signal } = {}) {
      stop.abort();
      await new Promise((_, reject) => {
        if (signal?.aborted) reject(new Error("aborted"));
        signal?.addEventListener("abort", () => reject(new Error("aborted")));
      });
    };
    const { outcome } = await settled(source, stop.signal);
    assert.match(outcome.failures.join(), /^web: build failed: It failed\.\nFull log: npx /);
  });

  it("explains nothing for a deployment that was active and then superseded", async () => {
    const { outcome } = await settled(service([{ id: "d", phase: "SUPERSEDED" }]));
    assert.deepEqual(outcome.failures, []);
  });

  it("masks secrets in the log and in the service's reason", async () => {
    const reason = { code: "Exit", message: `command failed: login ${SECRET}` };
    const { outcome } = await settled(service([failing(reason)], [`+ login ${SECRET}`]));
    const text = outcome.failures.join("\n");
    assert.ok(!text.includes(SECRET), text);
    assert.equal(text.match(/login \*\*\*/g)?.length, 2);
  });
});
