/** True in `npm run thorough`, which is a part of `npm test`. */
const THOROUGH = process.env["THOROUGH"] !== undefined;

/** How often a long test repeats: seldom in the loop of `npm run unit` and `npm run contract`, often in `npm run thorough`. */
export const runs = (inTheLoop: number, thorough: number): number => (THOROUGH ? thorough : inTheLoop);
