// The demo's text around Pulumi's own output: headings, explanations, commands, and the facts it checked.

const WIDEST = 100;
const WIDE_ENOUGH_FOR_ROWS = 120;
const INDENT = "  ";

/** A fact that the demo promises is not true. */
export class NotSo extends Error {
  constructor(
    readonly fact: string,
    readonly detail: string,
  ) {
    super(fact);
    this.name = "NotSo";
  }
}

type Style = "bold" | "dim" | "green" | "red" | "cyan";
const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 };

export class Story {
  private facts = 0;

  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  /** How many facts were checked and confirmed. */
  get checked(): number {
    return this.facts;
  }

  get onTerminal(): boolean {
    return this.out.isTTY === true;
  }

  /** Pulumi cuts its rows at the edge of the terminal, and the progress is at their end. */
  get isNarrow(): boolean {
    return this.onTerminal && this.out.columns < WIDE_ENOUGH_FOR_ROWS;
  }

  heading(text: string): void {
    this.print("", this.style("bold", this.style("cyan", text)), this.style("cyan", "─".repeat(this.width)));
  }

  /** Prose, wrapped. */
  tell(text: string): void {
    for (const line of wrap(text, this.width - INDENT.length)) this.print(INDENT + line);
  }

  /** Lines of a file. On a terminal they are cut at its edge. */
  quote(lines: readonly string[]): void {
    for (const line of lines) {
      const shown = `${INDENT}${INDENT}${line}`;
      const cut = this.onTerminal && shown.length > this.width;
      this.print(this.style("dim", cut ? `${shown.slice(0, this.width - 1)}…` : shown));
    }
  }

  /** The command whose output follows. */
  command(text: string): void {
    this.print("", `${this.style("dim", "$")} ${this.style("bold", text)}`);
  }

  gap(): void {
    this.print("");
  }

  /**
   * Continues only if the fact is true.
   * @param detail what was found instead
   * @throws NotSo
   */
  check(fact: string, isSo: boolean, detail: unknown = ""): void {
    if (!isSo) throw new NotSo(fact, typeof detail === "string" ? detail : JSON.stringify(detail));
    this.facts += 1;
    this.mark(this.style("green", "✓"), fact);
  }

  failure(title: string, detail: string): void {
    this.gap();
    this.mark(this.style("red", "✗"), this.style("bold", title));
    for (const line of detail.split("\n").filter(Boolean)) this.print(`${INDENT}${INDENT}${line}`);
  }

  private mark(sign: string, text: string): void {
    const [first = "", ...rest] = wrap(text, this.width - 4);
    this.print(`${INDENT}${sign} ${first}`, ...rest.map((line) => `${INDENT}${INDENT}${line}`));
  }

  private get width(): number {
    return Math.min(this.out.columns ?? WIDEST, WIDEST);
  }

  private style(style: Style, text: string): string {
    const plain = !this.onTerminal || Boolean(process.env["NO_COLOR"]) || process.env["TERM"] === "dumb";
    return plain ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`;
  }

  private print(...lines: readonly string[]): void {
    for (const line of lines) this.out.write(`${line}\n`);
  }
}

/** Breaks at spaces; a word that is longer than a line stays whole. */
function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const line = lines[lines.length - 1] ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
