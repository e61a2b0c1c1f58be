import assert from "node:assert/strict";
import { createEmulator, steppedClock, type Otherwise } from "../../../emulator/index";
import { probeBuffering } from "../../../tools/live/buffering";
import { Findings, type Verdict } from "../../../tools/live/findings";
import { probeSpecs } from "../../../tools/live/probes";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON */

const IMAGE = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "alpine" };
const SERVICE = { name: "web", image: IMAGE, http_port: 80 };

const SWITCHED = [
  "bindable-secret-encrypted",
  "disabled-push-emptied",
  "general-type-omitted",
  "instance-count-left-out",
  "invalid-spec-status",
  "log-passwords-encrypted",
  "log-tokens-in-plaintext",
  "secure-header-in-plaintext",
  "size-filled-in",
  "zero-instance-count",
] as const satisfies readonly Otherwise[];

describe("the probes of specs", () => {
  async function verdicts(otherwise: readonly Otherwise[]): Promise<Record<string, Verdict>> {
    const emulator = await createEmulator({ otherwise, rateLimit: false });
    try {
      const findings = new Findings();
      const send: Parameters<typeof probeSpecs>[0] = async (method, path, body) => {
        const headers = { authorization: "Bearer dop_v1_probes", "content-type": "application/json" };
        const answer = await fetch(emulator.url + path, { method, headers, body: JSON.stringify(body) });
        return { status: answer.status, headers: answer.headers, body: await answer.json() };
      };
      await probeSpecs(send, findings, "probed");
      return Object.fromEntries(findings.all().map(({ id, verdict }) => [id, verdict]));
    } finally {
      await emulator.close();
    }
  }

  it("see each assumption that the emulator switches to the opposite, and no other one", async () => {
    const [usual, switched] = [await verdicts([]), await verdicts(SWITCHED)];
    assert.deepEqual(
      Object.keys(usual).filter((id) => usual[id] !== switched[id]),
      Object.keys(usual).filter((id) => (SWITCHED as readonly string[]).includes(id)),
    );
    assert.ok(SWITCHED.every((id) => usual[id] !== "not observable" && switched[id] !== "not observable"));
  });
});

describe("the probe of live logs", () => {
  it("sees whether HTTP delivers a new line together with WebSocket", async () => {
    const verdicts: Verdict[] = [];
    for (const otherwise of [[], ["http-logs-buffered"]] as const) {
      const clock = steppedClock(Date.now() - 10_000);
      const emulator = await createEmulator({ clock, deploySeconds: 1, otherwise, rateLimit: false });
      const send = async (path: string, body?: unknown): Promise<any> => {
        const headers = { authorization: "Bearer dop_v1_probes", "content-type": "application/json" };
        const method = body === undefined ? "GET" : "POST";
        return (
          await fetch(emulator.url + path, { method, headers, body: JSON.stringify(body) ?? null })
        ).json();
      };
      try {
        const { app } = await send("/v2/apps", {
          spec: { name: "probed", region: "nyc", services: [SERVICE] },
        });
        clock.advance(2000);
        const log = await send(`/v2/apps/${app.id}/components/web/logs?type=RUN&follow=true`);
        const findings = new Findings();
        const lines = setInterval(() => clock.advance(15_000), 200);
        const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));
        const { signal } = new AbortController();
        await probeBuffering(findings, log.live_url, { signal, mostMs: 10_000, pause });
        clearInterval(lines);
        verdicts.push(findings.all().find(({ id }) => id === "http-logs-buffered")?.verdict ?? assert.fail());
      } finally {
        await emulator.close();
      }
    }
    assert.deepEqual(verdicts, ["confirmed", "contradicted"]);
  });
});
