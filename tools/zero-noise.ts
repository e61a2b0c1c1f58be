import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { loadSpec } from "../provider/load-spec";
import { changes, formatChange } from "../provider/appspec/diff";
import { InProcessStack } from "./in-process-stack";

/**
 * `tsx tools/zero-noise.ts FOLDER` creates an app on the emulator from every spec in a folder, previews and refreshes
 * it, and prints a line for each: quiet, or what was shown although nothing had changed.
 */
async function main(folder: string): Promise<void> {
  const emulator = await createEmulator({ deploySeconds: 0, rateLimit: false });
  const files = readdirSync(folder).filter((name) => /\.(ya?ml|json)$/.test(name));
  let failed = 0;
  for (const name of files.sort()) {
    emulator.reset();
    const said = await tryFile(emulator, join(folder, name)).catch(
      (error: Error) => `failed: ${error.message}`,
    );
    if (!said.startsWith("quiet")) failed++;
    console.log(`${name}: ${said}`);
  }
  console.log(`${files.length} specs, ${failed} noisy or refused`);
  await emulator.close();
  if (failed > 0) process.exitCode = 1;
}

async function tryFile(emulator: Emulator, file: string): Promise<string> {
  // The resource's name is the default for a spec without a name.
  const spec = { name: "app", ...loadSpec(file) };
  const stack = new InProcessStack(emulator);
  await stack.up({ spec });
  const noise: string[] = [];
  const look = async (when: string): Promise<void> => {
    if ((await stack.preview({ spec })) !== "same") noise.push(`${when} shows a change`);
  };
  await look("a second preview");
  const { inputsBefore, inputs, outputsBefore, outputs } = await stack.refresh();
  for (const change of [...changes(inputsBefore, inputs), ...changes(outputsBefore, outputs)])
    noise.push(`a refresh shows ${formatChange(change)}`);
  await look("a preview after it");
  const writes = emulator.calls.filter(({ method }) => method !== "GET").length;
  if (writes !== 1) noise.push(`${writes} calls write`);
  return noise.length > 0 ? `noisy: ${noise.join(", ")}` : describe(emulator);
}

function describe(emulator: Emulator): string {
  const [app] = emulator.apps();
  const secrets = JSON.stringify(app?.spec).match(/"EV\[/g)?.length ?? 0;
  const state = app?.deployments.at(-1)?.plan.failure ? ", though its deployment failed" : "";
  return `quiet (secrets: ${secrets})${state}`;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: tsx tools/zero-noise.ts FOLDER");
  process.exitCode = 2;
} else void main(folder);
