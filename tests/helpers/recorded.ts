import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { TOP } from "../../tools/pulumi-project";
import { movingClock, RECORDED_AT, RECORDED_TOKEN } from "../../tools/recorded-stack";
import { TestStack } from "./e2e";

const DAY = 86_400_000;

/**
 * A stack that an earlier version wrote, and the emulator with its apps, a day later.
 * @param folder for the emulator's snapshot
 */
export async function recordedStack(
  version: string,
  folder: string,
): Promise<{ emulator: Emulator; stack: TestStack }> {
  const recorded = join(TOP, "tests", "fixtures", "recorded", version);
  const text = (name: string): string => readFileSync(join(recorded, name), "utf8");
  const snapshot = join(folder, "emulator.snapshot");
  cpSync(join(recorded, "emulator.snapshot"), snapshot);
  const emulator = await createEmulator({
    deploySeconds: 0.05,
    clock: movingClock(RECORDED_AT + DAY),
    seed: "recorded",
    snapshot,
    token: RECORDED_TOKEN,
    rateLimit: false,
    // The domains were ready long before.
    otherwise: ["domain-ready-deploys"],
  });
  // The token is in the stack's settings, and in the state.
  const env = { DIGITALOCEAN_API_URL: emulator.url };
  const stack = await TestStack.create(emulator, { program: join(recorded, "program"), env });
  stack.project.restore(text("state.json"), text("settings.yaml"));
  stack.write("outside.json", text("outside.json"));
  return { emulator, stack };
}
