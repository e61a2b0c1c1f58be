/** A block of commands on a page, and what the page says about its result. */
export interface ShellBlock {
  readonly commands: string;
  /** True if the page announces that the last command fails: its language is `sh fails`. */
  readonly fails: boolean;
  /** Lines of the block of text that follows, up to the next commands; the output contains each. */
  readonly shown: readonly string[];
}

/** The blocks of commands of a Markdown page, in order. Pure. */
export function shellBlocks(page: string): ShellBlock[] {
  const blocks: ShellBlock[] = [];
  for (const [, language = "", text = ""] of page.matchAll(/^```(.+)\n([^]*?)^```$/gm)) {
    if (language === "sh" || language === "sh fails")
      blocks.push({ commands: text, fails: language === "sh fails", shown: [] });
    const last = blocks.at(-1);
    if (language !== "text" || last === undefined) continue;
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    blocks[blocks.length - 1] = { ...last, shown: [...last.shown, ...lines] };
  }
  return blocks;
}

/** One script of all blocks, for one shell, that marks where each one's output ends. */
export const scriptOf = (blocks: readonly ShellBlock[]): string =>
  blocks.map(({ commands }, index) => `${commands}echo "@@ block ${index + 1}: exit code $?"\n`).join("");

export interface BlockResult {
  readonly output: string;
  readonly code: number;
}

/** The result of each block, from the script's output. */
export function resultsIn(output: string): BlockResult[] {
  const parts = output.split(/^@@ block \d+: exit code (\d+)$/m);
  return Array.from({ length: (parts.length - 1) / 2 }, (_none, index) => ({
    output: parts[2 * index] ?? "",
    code: Number(parts[2 * index + 1]),
  }));
}
