import assert from "node:assert/strict";
import { createEmulator, type Otherwise } from "../../../emulator/index";
import { Findings, type Verdict } from "../../../tools/live/findings";
import { probeSpecs } from "../../../tools/live/probes";

const SWITCHED = [
  "bindable-secret-encrypted",
  "disabled-push-emptied",
  "general-type-omitted",
  "instance-count-filled-in",
  "invalid-spec-status",
  "log-tokens-in-plaintext",
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
