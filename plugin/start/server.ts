import { createRequire } from "node:module";
import { join } from "node:path";
import { compiledProgram } from "./compiled";

/** Replaced by the build. */
declare const BUILD: string;

/** By then, the first run has used most of what later starts need. */
const SAVE_AFTER_MS = 1_500;

const file = join(__dirname, "main.js");
const program = compiledProgram(file, BUILD);
program.run(createRequire(file));
if (!program.isCached) setTimeout(() => program.save(), SAVE_AFTER_MS).unref();
