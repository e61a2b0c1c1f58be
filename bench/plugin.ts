import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "./figures";
import { specWith } from "./spec";
import { BenchStack } from "./stack";

const PROGRAMS = join(__dirname, "programs");
const APP = "app-platform:index:App";
const NOTHING = "nothing:index:Nothing";
const REPEATS = 5;

/** Second runs of `pulumi up`, each as a multiple of another one that alternated with it. */
export interface PluginRatios {
  /** Programs in YAML: apps beside resources that do nothing. */
  readonly yaml: number;
  /** Programs in TypeScript: apps beside resources that do nothing. */
  readonly typescript: number;
  /** Programs in TypeScript: apps of the plugin beside those of the dynamic provider. */
  readonly dynamic: number;
  /** The least that `dynamic` can be: resources that do nothing beside apps of the dynamic provider. */
  readonly bound: number;
}

export async function pluginRatios(cli: string, count: number): Promise<PluginRatios> {
  const folder = mkdtempSync(join(tmpdir(), "app-platform-bench-"));
  const stacks: BenchStack[] = [];
  try {
    const start = async (program: string, env: Record<string, string> = {}): Promise<BenchStack> => {
      const stack = await BenchStack.create(cli, program, count, 1, env);
      stacks.push(stack);
      await stack.run(["up", "--parallel", "100"]);
      return stack;
    };
    const typescript = typescriptProgram(folder);
    const [yamlApps, yamlNothing, apps, nothing, dynamic] = [
      await start(yamlProgram(folder, "apps", APP, count)),
      await start(yamlProgram(folder, "nothing", NOTHING, count)),
      await start(typescript, { TYPE: APP }),
      await start(typescript, { TYPE: NOTHING }),
      await start("apps"),
    ];
    const yaml: number[] = [];
    const ts: number[] = [];
    const beside: number[] = [];
    const bounds: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      yaml.push((await secondUp(yamlApps)) / (await secondUp(yamlNothing)));
      const own = await secondUp(apps);
      const least = await secondUp(nothing);
      const theirs = await secondUp(dynamic);
      ts.push(own / least);
      beside.push(own / theirs);
      bounds.push(least / theirs);
    }
    return {
      yaml: median(yaml),
      typescript: median(ts),
      dynamic: median(beside),
      bound: median(bounds),
    };
  } finally {
    for (const stack of stacks) await stack.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds. */
async function secondUp(stack: BenchStack): Promise<number> {
  const { result } = await stack.run(["up"]);
  if (!/\d+ unchanged/.test(result.output) || /\d+ (to )?updated?/.test(result.output))
    throw new Error(`the second up was not silent:\n${result.output}`);
  return result.took;
}

const PLUGINS = [
  { name: "app-platform", path: "node_modules/pulumi-app-platform/plugin" },
  { name: "nothing", path: join(PROGRAMS, "nothing") },
];

function typescriptProgram(folder: string): string {
  const copy = join(folder, "typescript");
  cpSync(join(PROGRAMS, "plugin"), copy, { recursive: true });
  const file = join(copy, "Pulumi.yaml");
  const text = readFileSync(file, "utf8").replace("PLUGIN_THAT_DOES_NOTHING", join(PROGRAMS, "nothing"));
  writeFileSync(file, text);
  return copy;
}

/** The same program as in TypeScript. */
function yamlProgram(folder: string, name: string, type: string, count: number): string {
  const resources = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `app-${String(index).padStart(3, "0")}`,
      { type, properties: { spec: specWith({ "fn::secret": `secret of ${index}` }) } },
    ]),
  );
  const program = join(folder, name);
  cpSync(join(PROGRAMS, "plugin"), program, { recursive: true, filter: (path) => !path.endsWith(".js") });
  // JSON is YAML.
  const project = { name: `bench-yaml-${name}`, runtime: "yaml", plugins: { providers: PLUGINS }, resources };
  writeFileSync(join(program, "Pulumi.yaml"), JSON.stringify(project));
  return program;
}
