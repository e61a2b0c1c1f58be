import assert from "node:assert/strict";
import type { Deployment } from "../../../provider/api/types";
import type { LogSource } from "../../../provider/deploy/logs";
import type { Reporter } from "../../../provider/deploy/report";
import { settle, type Outcome } from "../../../provider/deploy/settle";
import type { DeploymentSource } from "../../../provider/deploy/wait";
import { InstantClock } from "../../helpers/instant-clock";

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

async function settled(source: DeploymentSource & LogSource): Promise<{ outcome: Outcome; said: string[] }> {
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const reporter: Reporter = { status: say, info: say, warn: say, waits: () => {}, flush: async () => {} };
  const options = { clock: new InstantClock(), timeoutMs: 60_000 };
  return { outcome: await settle(source, "a", "d", reporter, [SECRET], options), said };
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
  it("has nothing to explain about a deployment that went well", async () => {
    const { outcome, said } = await settled(
      service([
        { id: "d", phase: "BUILDING" },
        { id: "d", phase: "ACTIVE" },
      ]),
    );
    assert.deepEqual(outcome, { deployment: { id: "d", phase: "ACTIVE" }, failures: [] });
    assert.deepEqual(said, ["building", "active"]);
  });

  it("says which other deployment it waits for", async () => {
    const { outcome, said } = await settled(
      service([
        { id: "d", phase: "CANCELED" },
        { id: "next", phase: "ACTIVE" },
      ]),
    );
    assert.equal(outcome.deployment.id, "next");
    assert.equal(said.filter((line) => line.includes("waiting for next")).length, 1);
  });

  it("explains a failure by component, step, reason and the end of the log", async () => {
    const { outcome } = await settled(
      service([failing({ code: "Exit", message: "It failed." })], ["one", "two"]),
    );
    assert.deepEqual(outcome.failures, [
      "web: build failed: Exit – It failed.\nthe last 2 lines of its log:\n  | one\n  | two",
    ]);
  });

  it("names the command that shows the whole log, where it shows the end only", async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `web 2026-05-01T12:34:56.7Z line ${index + 1}`);
    const { outcome } = await settled(service([failing({ code: "Exit", message: "It failed." })], lines));
    const text = outcome.failures.join("\n");
    assert.match(
      text,
      /^ {2}\| 12:34:56 line 20\nall of it:\n {2}npx app-platform logs a web --type build --deployment d$/m,
    );
  });

  it("explains what it can without a log, and without a step", async () => {
    const { outcome } = await settled(service([failing({ message: "It failed." })]));
    assert.deepEqual(outcome.failures, ["web: build failed: It failed."]);
    const nameless = await settled(service([{ id: "d", phase: "ERROR" }]));
    assert.deepEqual(nameless.outcome.failures, ["Deployment d failed, and the service names no step."]);
  });

  it("says what to do about a deployment that was canceled for good", async () => {
    const { outcome } = await settled(service([{ id: "d", phase: "CANCELED" }]));
    assert.match(outcome.failures.join(), /^Deployment d was canceled.*next pulumi up makes a new one/);
  });

  it("has nothing to explain about a deployment that was live and made way for another", async () => {
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
