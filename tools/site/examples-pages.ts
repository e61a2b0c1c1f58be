import { titleOf } from "./markdown";

/** An example: its files by name, in the order in which they are shown. */
export interface Example {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
}

const LANGUAGES: Readonly<Record<string, string>> = {
  cs: "csharp",
  csproj: "xml",
  go: "go",
  js: "js",
  json: "json",
  md: "md",
  mod: "txt",
  py: "python",
  sh: "sh",
  ts: "ts",
  txt: "txt",
  yaml: "yaml",
  yml: "yaml",
};

/** Settings that are the same everywhere, and no part of what an example shows. */
const HIDDEN = new Set(["README.md", "tsconfig.json", "package.json", "go.sum"]);

/** Whether a file has a heading of its own on the example's page. */
export const isShown = (file: string): boolean => !HIDDEN.has(file);

/** The page of an example: its README, then its files. Pure. */
export function examplePage({ name, files }: Example): string {
  const readme = files.get("README.md") ?? `# ${name}\n`;
  const shown = [...files].filter(([file]) => isShown(file));
  const parts = shown.map(([file, text]) => {
    const language = LANGUAGES[file.split(".").at(-1) ?? ""] ?? "txt";
    return `### ${file}\n\n\`\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\`\n`;
  });
  return `${readme.trimEnd()}\n\n## Files\n\n${parts.join("\n")}`;
}

/** Pure. */
export function examplesPage(examples: readonly Example[]): string {
  const lines = examples.map(
    ({ name, files }) => `- [${titleOf(files.get("README.md") ?? "") ?? name}](${name}.md)`,
  );
  const text =
    "Each example is a complete Pulumi program, and all but the one in C# run in the tests, on the emulator.";
  return `# Examples\n\n${text}\n\n${lines.join("\n")}\n`;
}
