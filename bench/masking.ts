import { createRequire } from "node:module";

// The published build.
const { redact } = createRequire(__filename)("../provider/dist/secrets/redact") as {
  redact: (text: string, secrets: readonly string[]) => string;
};

const MEGABYTE = 1_000_000;
const ROUNDS = 15;
const SECRETS = ["hunter2-and-more", "aaaaaaaa", "another secret\nof two lines"];

const filled = (part: string, start = ""): string => start + part.repeat(MEGABYTE / part.length);

const PLAIN = filled("web 2026-01-01T00:00:00.000000000Z GET /products?page=7 200 in 12 ms, 4 rows\n");
const BEGIN = "-----BEGIN PRIVATE KEY-----";

/** Text that keeps looking like the start of something to mask. */
const HOSTILE = [
  filled("a.a-"),
  filled("x://"),
  filled("x://u:"),
  filled("authorization:"),
  filled("Bearer "),
  filled("EV["),
  filled("-----BEGIN "),
  filled("\\n \\n", BEGIN),
  filled(" a", BEGIN),
  filled("\n", BEGIN),
  filled(` ${"A".repeat(16)}`, BEGIN),
  filled("hunter2-and-mor"),
  filled("a"),
  filled("A", Buffer.from("user:hunter2-and-more").toString("base64")),
];

/** How long masking takes for a megabyte of the hardest text, as a multiple of a megabyte of an ordinary log. */
export function maskingRatio(): number {
  return Math.max(...HOSTILE.map(quickest)) / quickest(PLAIN);
}

/** The minimum of many runs, because other load on the machine only adds time. */
function quickest(text: string): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    redact(text, SECRETS);
    return performance.now() - began;
  });
  return Math.min(...times);
}
