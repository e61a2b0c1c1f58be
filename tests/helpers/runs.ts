/** True in `npm run thorough`, which `npm test` runs in place of `npm run loop`. */
export const THOROUGH = process.env["THOROUGH"] !== undefined;

/** How often a test repeats: seldom in `npm run loop`, often in `npm run thorough`. Properties without a number: 20 and 100 times. */
export const runs = (inTheLoop: number, thorough: number): number => (THOROUGH ? thorough : inTheLoop);
