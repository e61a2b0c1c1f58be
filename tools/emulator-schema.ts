import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { writeChanged } from "./write-changed";

/** Part of the build: the emulator's copy of the AppSpec's schema. */

const ROOT = resolve(__dirname, "..");

if (require.main === module)
  writeChanged(
    resolve(ROOT, "emulator/dist/app-spec.schema.json"),
    readFileSync(resolve(ROOT, "provider/appspec/app-spec.schema.json")),
  );
