import { Terminal, type IBufferCell } from "@xterm/headless";

/** A run of characters of one style. `color` is the index in the terminal's palette; undefined is the default. */
export interface Span {
  readonly text: string;
  readonly color?: number;
  readonly bold?: boolean;
  readonly dim?: boolean;
}

const PALETTE = 0x1000000;

/** The lines that a terminal of this width shows after it received the output, without empty lines at the end. */
export async function screenOf(output: string, columns: number): Promise<Span[][]> {
  const terminal = new Terminal({ cols: columns, rows: 60, scrollback: 1_000, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  const buffer = terminal.buffer.active;
  const lines: Span[][] = [];
  for (let y = 0; y < buffer.length; y++) {
    const line = buffer.getLine(y);
    const spans: Span[] = [];
    for (let x = 0; line !== undefined && x < line.length; x++) {
      const cell = line.getCell(x);
      if (cell !== undefined) add(spans, cell);
    }
    const last = spans.at(-1);
    if (last) spans[spans.length - 1] = { ...last, text: last.text.trimEnd() };
    lines.push(spans.filter(({ text }) => text !== ""));
  }
  terminal.dispose();
  while (lines.length > 0 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

function add(spans: Span[], cell: IBufferCell): void {
  const style = {
    ...(cell.getFgColorMode() === PALETTE && { color: cell.getFgColor() }),
    ...(cell.isBold() !== 0 && { bold: true }),
    ...(cell.isDim() !== 0 && { dim: true }),
  };
  const text = cell.getChars() || " ";
  const last = spans.at(-1);
  if (last && last.color === style.color && last.bold === style.bold && last.dim === style.dim)
    spans[spans.length - 1] = { ...last, text: last.text + text };
  else spans.push({ text, ...style });
}
