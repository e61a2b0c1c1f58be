import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { format } from "prettier";
import { getPulumiCli } from "../pulumi-cli/get";
import { runCommand, TOP } from "../pulumi-project";
import { manifestOf as publishedManifest, packPublished, PUBLISHED } from "../release/packages";
import {
  allCells,
  isSelected,
  labelOf,
  tableOf,
  unknownNames,
  type Cell,
  type Outcome,
  type Result,
} from "./cells";
import { managerIn, nodeIn, type Tool } from "./machines";
import { withTable } from "./page";
import { plugAndPlay } from "./plug-and-play";
import { runCell, type Setting } from "./run";

/** `npm run matrix`: installs the packed packages as users do, with every package manager, Node version, and SDK. */

const USAGE = `Usage: npm run matrix -- [options] [name...]

Installs the packed packages in an empty folder, type-checks a program under Pulumi's template tsconfig, and runs pulumi up and
destroy on the emulator: for npm, pnpm, yarn-1 and yarn-berry, Node 20, 22 and 24, and the oldest, pinned and newest SDK. Prints a
table. Names, such as "pnpm 22 newest", restrict it.

  --write    writes the table to docs/compatibility.md; requires all combinations
`;

const PAGE = join(TOP, "docs", "compatibility.md");

interface Manifests {
  readonly devDependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
}

const manifest = (path: string): Manifests => JSON.parse(readFileSync(join(TOP, path), "utf8")) as Manifests;

/** What a combination cannot run without, installed once; an error stands for each of its combinations. */
class Once<K, V> {
  private readonly made = new Map<K, Promise<V>>();
  constructor(private readonly make: (key: K) => Promise<V>) {}
  get(key: K): Promise<V> {
    const found = this.made.get(key) ?? this.make(key);
    this.made.set(key, found);
    return found;
  }
}

async function run(only: readonly string[], write: boolean, today: string): Promise<boolean> {
  const work = mkdtempSync(join(tmpdir(), "app-platform-matrix-"));
  try {
    const { bin } = await getPulumiCli();
    const env = process.env as Record<string, string>;
    const registry = (await runCommand("npm", ["config", "get", "registry"], TOP, env)).stdout.trim();
    const tarballs: Record<string, string> = {};
    for (const folder of PUBLISHED) {
      await packPublished(folder, undefined, join(work, folder), work);
      const { name, version } = publishedManifest(folder);
      tarballs[name] = join(work, `${name}-${version}.tgz`);
    }
    const nodes = new Once((line: Cell["node"]) => nodeIn(work, line));
    const managers = new Once((manager: Cell["manager"]) => managerIn(work, manager));
    const sdks = {
      oldest: manifest("provider/package.json").peerDependencies["@pulumi/pulumi"]?.replace("^", "") ?? "",
      pinned: manifest("package.json").devDependencies["@pulumi/pulumi"] ?? "",
      newest: "latest",
    };
    const versions: Record<string, string> = {};
    const cache = join(work, "cache");
    mkdirSync(cache);

    const outcomeOf = async (cell: Cell, index: number): Promise<Outcome> => {
      if (!isSelected(cell, only)) return { kind: "not-run", reason: "it was not selected" };
      let node: Tool;
      let manager: Tool;
      try {
        node = await nodes.get(cell.node);
        manager = await managers.get(cell.manager);
      } catch (error) {
        return { kind: "not-run", reason: error instanceof Error ? error.message : String(error) };
      }
      versions[cell.node] = node.version;
      versions[cell.manager] = manager.version;
      const setting: Setting = {
        node: node.path,
        manager: manager.path,
        cli: bin,
        tarballs,
        sdk: sdks[cell.sdk],
        registry,
        cache,
      };
      const [outcome, sdk] = await runCell(cell, join(work, `cell-${index}`), setting);
      if (sdk !== undefined) versions[cell.sdk] = sdk;
      return outcome;
    };

    const results: Result[] = [];
    for (const [index, cell] of allCells().entries()) {
      const outcome = await outcomeOf(cell, index);
      results.push({ cell, outcome });
      if (outcome.kind === "not-run" && only.length > 0) continue;
      console.error(`${labelOf(cell)}: ${JSON.stringify(outcome)}`);
    }
    const table = tableOf(results, versions);
    console.log(`\n${table}\n`);
    const seen = await plugAndPlay(join(work, "plug-and-play"), {
      node: (await nodes.get(20)).path,
      manager: (await managers.get("yarn-berry")).path,
      cli: bin,
      tarballs,
      sdk: sdks.pinned,
      registry,
      cache,
    });
    for (const [command, line] of Object.entries(seen)) console.log(`Plug'n'Play, ${command}: ${line}`);
    const passed = results.every(({ outcome }) => outcome.kind === "passed");
    if (!write) return results.every(({ outcome }) => outcome.kind !== "failed");
    if (results.some(({ outcome }) => outcome.kind === "not-run" && only.length > 0))
      throw new Error("--write requires all combinations: leave out the names");
    const page = withTable(readFileSync(PAGE, "utf8"), table, today);
    writeFileSync(PAGE, await format(page, { parser: "markdown", printWidth: 110 }));
    return passed;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function main(args: readonly string[]): Promise<void> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { write: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    });
    if (values.help) return void process.stdout.write(USAGE);
    const unknown = unknownNames(positionals);
    if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}\n\n${USAGE}`);
    const today = new Date().toISOString().slice(0, 10);
    if (!(await run(positionals, values.write, today))) process.exitCode = 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

void main(process.argv.slice(2));
