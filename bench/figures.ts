/** One figure of the benchmark; smaller is better. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** The goal: the value is at most this. */
  readonly limit: number;
  readonly unit: string;
  /** The same figure for other tools, if it is known or was measured in the same run. */
  readonly reference?: string;
}

/** `ok  hundred-apps-seconds  61.2 of 68 s  (…)` */
export function formatFigure({ name, value, limit, unit, reference }: Figure): string {
  const verdict = value <= limit ? "ok  " : "OVER";
  const beside = reference ? `  (${reference})` : "";
  return `${verdict}  ${name.padEnd(36)} ${round(value)} of ${round(limit)} ${unit}${beside}`;
}

/** The figures with those that have been measured again. */
export function replaced(earlier: readonly Figure[], again: readonly Figure[]): Figure[] {
  const byName = new Map([...earlier, ...again].map((figure) => [figure.name, figure]));
  return [...byName.values()];
}

export const round = (value: number): number => Math.round(value * 100) / 100;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

const ROW = 26;
const BARS_AT = 260;
const FULL = 240;
/** Maximum length of the bar of a value above its limit. */
const MOST_SHARE = 1.2;
const VALUES_AT = BARS_AT + FULL * MOST_SHARE + 12;
const REFERENCES_AT = VALUES_AT + 230;
const WIDTH = REFERENCES_AT + 390;

/** The figures as a chart: each bar is the value's share of its limit, with the value, the limit and its reference. */
export function chart(figures: readonly Figure[]): string {
  const rows = figures.map((figure, index) => {
    const share =
      figure.limit === 0
        ? Math.min(figure.value, MOST_SHARE)
        : Math.min(MOST_SHARE, figure.value / figure.limit);
    const y = 40 + index * ROW;
    const color = figure.value <= figure.limit ? "#2e7d32" : "#c62828";
    return [
      `<text x="8" y="${y + 14}">${figure.name}</text>`,
      `<rect x="${BARS_AT}" y="${y + 3}" width="${Math.max(1, share * FULL)}" height="14" fill="${color}"/>`,
      `<text x="${VALUES_AT}" y="${y + 14}">${round(figure.value)} of ${round(figure.limit)} ${figure.unit}</text>`,
      `<text x="${REFERENCES_AT}" y="${y + 14}" fill="#666">${figure.reference ?? ""}</text>`,
    ].join("");
  });
  const height = 60 + figures.length * ROW;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    `<text x="8" y="20" font-weight="bold">Share of the limit; smaller is better</text>`,
    ...rows,
    `<line x1="${BARS_AT + FULL}" x2="${BARS_AT + FULL}" y1="32" y2="${height - 12}" stroke="black" stroke-dasharray="3"/>`,
    `</svg>`,
    "",
  ].join("\n");
}
