import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Writes a file unless it has this content: tests build while others read the output. */
export function writeChanged(path: string, content: string | Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(content))) return;
  writeFileSync(path, content);
}
