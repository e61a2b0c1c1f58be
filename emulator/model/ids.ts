import { createHash, randomBytes } from "node:crypto";

/** Source of ids; with a seed, the same ones in the same order. */
export interface Ids {
  /** How many ids a seeded source has issued; a source that starts there continues with other ids. */
  readonly drawn: number;
  bytes(count: number): Buffer;
  /** A version 4 UUID. */
  uuid(): string;
  /** Lower-case letters and digits, as in default host names. */
  word(length: number): string;
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => UUID.test(text);

export function createIds(seed?: string, drawn = 0): Ids {
  let counter = drawn;
  const block = (): Buffer => createHash("sha256").update(`${seed}/${counter++}`).digest();
  const bytes = (count: number): Buffer => {
    if (seed === undefined) return randomBytes(count);
    const blocks: Buffer[] = [];
    for (let have = 0; have < count; have += 32) blocks.push(block());
    return Buffer.concat(blocks).subarray(0, count);
  };
  return {
    get drawn() {
      return counter;
    },
    bytes,
    uuid() {
      const raw = Buffer.from(bytes(16));
      raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
      raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
      const hex = raw.toString("hex");
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
        "-",
      );
    },
    word: (length) => [...bytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join(""),
  };
}

/** The same hexadecimal text for the same parts, such as the commit at the head of a branch. */
export const fingerprint = (...parts: unknown[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

/** A UUID that is the same for the same parts. */
export function uuidFrom(...parts: unknown[]): string {
  const hex = fingerprint(...parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
