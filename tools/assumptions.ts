import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format } from "prettier";
import { ASSUMPTIONS, type Assumption } from "../emulator/assumptions";
import { UNOBSERVABLE } from "./live/unobservable";

/** The page of assumptions about the service, from the emulator's data. `--check` only compares. */

const ROOT = resolve(__dirname, "..");
export const ASSUMPTIONS_PAGE = resolve(ROOT, "docs/assumptions.md");

const HEAD = `# Assumptions about the service

The provider and its emulator rely on the following behavior of App Platform. \`npm run assumptions\` writes this page from
\`emulator/assumptions/\`.

Strength: **A** the service's own code, description or tests; **B** a published response, or several independent users;
**C** one public source; **inferred** a conclusion from something else.

Where the emulator can do the opposite, start it with \`--otherwise ID\`, or with \`otherwise: ["ID"]\` in a test. The provider
works either way.
`;

const UNOBSERVED = `## Not observable in a live run

\`npm run live\` compares every other assumption with what it observes.

| id | reason |
|---|---|
`;

/** Pipes would end a cell, and braces and brackets are not markup here. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

function row({ id, statement, strength, sources, emulator, otherwise }: Assumption): string {
  const opposite = otherwise === undefined ? "" : `; otherwise: ${otherwise.effect}`;
  const cells = [`\`${id}\``, statement, strength, sources.join("; "), `${emulator}${opposite}`];
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** The expected text of the page. */
export async function makePage(): Promise<string> {
  const topics = [...new Set(ASSUMPTIONS.map(({ topic }) => topic))];
  const sections = topics.map((topic) => {
    const rows = ASSUMPTIONS.filter((one) => one.topic === topic).map(row);
    const title = `${topic[0]?.toUpperCase()}${topic.slice(1)}`;
    return `## ${title}\n\n| id | assumption | strength | sources | emulator |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
  });
  const reasons = Object.entries(UNOBSERVABLE).map(([id, why]) => `| \`${id}\` | ${cell(why)} |\n`);
  return format([HEAD, ...sections, UNOBSERVED + reasons.join("")].join("\n"), {
    parser: "markdown",
    printWidth: 110,
  });
}

async function main(): Promise<void> {
  const page = await makePage();
  if (!process.argv.includes("--check")) return writeFileSync(ASSUMPTIONS_PAGE, page);
  if (readFileSync(ASSUMPTIONS_PAGE, "utf8") !== page)
    throw new Error("docs/assumptions.md is not current: run npm run assumptions");
}

if (require.main === module)
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
