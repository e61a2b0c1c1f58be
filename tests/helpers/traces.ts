import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";

/** How programs and services encode a secret. */
export function encodingsOf(secret: string): string[] {
  const json = JSON.stringify(secret);
  const base64 = [secret, `user:${secret}`].map((text) => Buffer.from(text).toString("base64"));
  return [secret, json, JSON.stringify(json), encodeURIComponent(secret), ...base64];
}

/** The shapes in which a text reveals a secret. */
export function shapesOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const lines = secret.split("\n").filter((line) => line.length > 8);
  const plain = [secret, json, JSON.stringify(json).slice(1, -1), ...lines];
  const addresses = [encodeURIComponent(secret), new URLSearchParams({ s: secret }).toString().slice(2)];
  return [...new Set([...plain, ...addresses, ...inBase64(secret)])];
}

/** Without the characters that also depend on neighboring bytes. */
function inBase64(secret: string): string[] {
  return ["", "x", "xx"].flatMap((before) => {
    const text = Buffer.from(`${before}${secret}`).toString("base64").slice(4, -5);
    return [text, text.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

export interface Trace {
  readonly where: string;
  /** Name of the secret, never the secret. */
  readonly what: string;
}

/** Searches everything that a run leaves behind for secrets, given by name. */
export class Traces {
  readonly found: Trace[] = [];
  /** What was searched. */
  readonly seen: string[] = [];
  private readonly shapes: [what: string, shape: string][];

  constructor(secrets: Readonly<Record<string, string>>) {
    this.shapes = Object.entries(secrets).flatMap(([what, secret]) =>
      shapesOf(secret).map((shape): [string, string] => [what, shape]),
    );
  }

  /** @returns the text, for further use in the test */
  text(where: string, text: string): string {
    this.seen.push(where);
    const hits = new Set(this.shapes.filter(([, shape]) => text.includes(shape)).map(([what]) => what));
    for (const what of hits) this.found.push({ where, what });
    return text;
  }

  /** Searches every file below `top`, including its name; compressed files are also unpacked. Links are not followed. */
  folder(top: string, isOwn: (path: string) => boolean): void {
    for (const entry of readdirSync(top, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(top, path);
      this.text("a file name", name);
      if (!entry.isFile() || isOwn(name)) continue;
      const bytes = readFileSync(path);
      this.text(name, bytes.toString("latin1"));
      this.text(`${name} as text`, bytes.toString("utf8"));
      if (bytes[0] === 0x1f && bytes[1] === 0x8b) this.text(`${name} unpacked`, gunzipSync(bytes).toString());
    }
  }
}

/** The command lines of all processes that exist while `work` runs, polled repeatedly. */
export async function commandLines(work: () => Promise<void>): Promise<ReadonlySet<string>> {
  const commands = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      commands.add(argumentsOf(pid));
  };
  const timer = setInterval(look, 50);
  try {
    await work();
    return commands;
  } finally {
    clearInterval(timer);
  }
}

/** Empty for a process that has exited in the meantime. */
function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
