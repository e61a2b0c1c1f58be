import { createHash } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";

const HASH_BYTES = 32;

/** A CommonJS program whose functions need not be compiled again if an earlier process has saved them. */
export interface CompiledProgram {
  /** Whether saved code is in use. */
  readonly isCached: boolean;
  run(require: NodeJS.Require): void;
  /** Saves the functions that have been called so far. */
  save(): void;
}

/**
 * Compiling the program takes as long as the rest of its start, and Pulumi starts several processes for each command. So the code is
 * kept beside the program, where only those can write who can also change the program. If the folder cannot be written, each start
 * compiles it again.
 *
 * @param file the program, in ASCII
 * @param build changes whenever the program does: Node itself compares only the length
 */
export function compiledProgram(file: string, build: string): CompiledProgram {
  // Contains the version of V8, its flags, and the processor's features.
  const cache = join(dirname(file), `${build}-${cachedDataVersionTag()}.cache`);
  const source = readFileSync(file, "latin1");
  const cachedData = savedCode(cache);
  const script = new Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, {
    filename: file,
    ...(cachedData && { cachedData }),
  });
  return {
    isCached: cachedData !== undefined && script.cachedDataRejected === false,
    run(require) {
      const module = { exports: {} };
      type Program = (...variables: unknown[]) => void;
      (script.runInThisContext() as Program)(module.exports, require, module, file, dirname(file));
    },
    save: () => saveCode(cache, script.createCachedData()),
  };
}

/** Undefined if there is none, or a damaged one: Node does not check it. */
function savedCode(cache: string): Buffer | undefined {
  try {
    const content = readFileSync(cache);
    const code = content.subarray(HASH_BYTES);
    return hashOf(code).equals(content.subarray(0, HASH_BYTES)) ? code : undefined;
  } catch {
    return undefined;
  }
}

function saveCode(cache: string, code: Buffer): void {
  const part = `${cache}.${process.pid}`;
  try {
    writeFileSync(part, Buffer.concat([hashOf(code), code]), { mode: 0o644 });
    // Another process never sees half of it.
    renameSync(part, cache);
  } catch {
    rmSync(part, { force: true });
  }
}

const hashOf = (code: Buffer): Buffer => createHash("sha256").update(code).digest();
