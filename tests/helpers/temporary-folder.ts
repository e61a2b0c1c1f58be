import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for each test of the `describe` that it is called in. */
export function temporaryFolder(): { readonly path: string } {
  let path = "";
  beforeEach(() => (path = realpathSync(mkdtempSync(join(tmpdir(), "app-platform-")))));
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
  };
}
