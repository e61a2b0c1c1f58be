// `npm run picture`: the picture of the README, from real runs of the Pulumi CLI in a terminal with an emulator.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator } from "app-platform-emulator";
import { getPulumiCli } from "../pulumi-cli/get";
import { PulumiProject, TOP } from "../pulumi-project";
import { screenOf, type Span } from "./screen";
import { svgOf } from "./svg";

const COLUMNS = 132;
const FILE = join(TOP, "docs", "images", "terminal.svg");
const TOKEN = "dop_v1_picture0token0that0opens0the0emulator0only";

const prompt = (command: string): Span[] => [
  { text: "$ ", color: 8 },
  { text: command, bold: true },
];

async function main(): Promise<void> {
  const { bin } = await getPulumiCli();
  const emulator = await createEmulator({ deploySeconds: 2, token: TOKEN });
  const project = await PulumiProject.create(join(TOP, "examples", "quickstart"), bin, {
    DIGITALOCEAN_API_URL: emulator.url,
    DIGITALOCEAN_TOKEN: TOKEN,
  });
  try {
    /** Runs a command in a terminal, and returns what it shows at the end. */
    const shown = async (command: string): Promise<Span[][]> => {
      // `script` of util-linux gives the command a terminal.
      const inTerminal = `stty cols ${COLUMNS} rows 60; ${command}`;
      const { output } = await project.shell(`script -qec '${inTerminal}' /dev/null`);
      return [prompt(command), ...(await screenOf(output, COLUMNS)).filter((line) => line.length > 0), []];
    };
    const edit = (before: string, after: string): void => {
      const path = join(project.folder, "app.yaml");
      writeFileSync(path, readFileSync(path, "utf8").replace(before, after));
    };
    await project.mustRun(["up", "--yes", "--skip-preview", "--non-interactive"]);
    edit("value: Hello", "value: Hello, world");
    edit("instance_count: 1", "instance_count: 2");
    const preview = await shown("pulumi preview");
    emulator.failNext({ step: "build" });
    edit("build_command: npm run build", "build_command: npm run bundle");
    const failure = await shown("pulumi up --yes --skip-preview");
    const title = "pulumi preview with plan and price, and pulumi up with a build that fails";
    writeFileSync(FILE, svgOf([...preview, ...failure].slice(0, -1), COLUMNS, title));
    console.log(FILE);
  } finally {
    project.remove();
    await emulator.close();
  }
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
