import type { Span } from "./screen";

/** A terminal window as SVG. Pure. */

const CHARACTER = 8.4;
const LINE = 19;
const PADDING = 18;
const BAR = 34;

/** The 16 colors of a terminal, readable on the background below. */
const COLORS = [
  "#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4",
  "#6e7681", "#ffa198", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
]; // prettier-ignore

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param columns the width of the widest line that fits */
export function svgOf(lines: readonly (readonly Span[])[], columns: number, title: string): string {
  const width = Math.ceil(columns * CHARACTER + 2 * PADDING);
  const height = BAR + lines.length * LINE + PADDING;
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map(
    (color, index) => `<circle cx="${PADDING + index * 18}" cy="${BAR / 2}" r="5.5" fill="${color}"/>`,
  );
  const rows = lines.map((spans, index) => {
    const y = BAR + (index + 1) * LINE - 5;
    const parts = spans.map(({ text, color, bold, dim }) => {
      const style = [
        ...(color === undefined ? [] : [`fill="${COLORS[color] ?? "#c9d1d9"}"`]),
        ...(bold ? ['font-weight="bold"'] : []),
        ...(dim ? ['opacity="0.7"'] : []),
      ].join(" ");
      return style === "" ? escaped(text) : `<tspan ${style}>${escaped(text)}</tspan>`;
    });
    return `<text x="${PADDING}" y="${y}" xml:space="preserve">${parts.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<rect width="100%" height="100%" rx="9" fill="#0d1117"/>
${dots.join("\n")}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace" font-size="14" fill="#c9d1d9">
${rows.join("\n")}
</g>
</svg>
`;
}
