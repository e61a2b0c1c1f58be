import { createHash } from "node:crypto";
import type { StoreState } from "../model/state";

/** The text of a snapshot: a header line, then the state as JSON. */

const FORMAT = "app-platform-emulator snapshot";

/** Incremented when the format of the state changes. */
const VERSION = 1;

interface Head {
  format: string;
  version: number;
  /** Hash of the second line, without its newline. */
  sha256: string;
}

const checksum = (body: string): string => createHash("sha256").update(body).digest("hex");

export function writeSnapshot(state: StoreState): string {
  const body = JSON.stringify(state);
  const head: Head = { format: FORMAT, version: VERSION, sha256: checksum(body) };
  return `${JSON.stringify(head)}\n${body}\n`;
}

/** @throws Error with the reason when the text is not a snapshot, has another version, or is damaged */
export function readSnapshot(text: string): StoreState {
  const [first = "", body = "", ...rest] = text.split("\n");
  const head = headOf(first);
  if (head === undefined) throw new Error("it is not a snapshot of app-platform-emulator");
  if (head.version !== VERSION)
    throw new Error(
      `it is a snapshot of version ${JSON.stringify(head.version)}, and this emulator reads version ${VERSION}`,
    );
  if (head.sha256 !== checksum(body) || rest.length !== 1 || rest[0] !== "")
    throw new Error("it is damaged: its checksum does not match");
  return JSON.parse(body) as StoreState;
}

function headOf(line: string): Partial<Head> | undefined {
  try {
    const head = JSON.parse(line) as Partial<Head> | null;
    return head?.format === FORMAT ? head : undefined;
  } catch {
    return undefined;
  }
}
