import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const PROVIDER = join(__dirname, "..", "..", "provider");

/** Lines of the sources that match, as `file: line`. */
function linesWith(pattern: RegExp): string[] {
  return readdirSync(PROVIDER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/(^|\/)(node_modules|dist)\//.test(name))
    .flatMap((name) =>
      readFileSync(join(PROVIDER, name), "utf8")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => pattern.test(line) && !/^(\*|\/\/|\/\*)/.test(line))
        .map((line) => `${relative(PROVIDER, join(PROVIDER, name))}: ${line}`),
    )
    .sort();
}

// Whoever adds a line here has to make sure that it cannot delete an app which a resource of the run manages.
describe("code that deletes at the service", () => {
  it("sends DELETE from one method of the client only", () => {
    assert.deepEqual(
      linesWith(/method: "DELETE"/).map((line) => line.split(":")[0]),
      ["api/apps.ts"],
    );
  });

  it("calls that method from one place, which App's delete calls after it made sure that nothing else manages the app", () => {
    assert.deepEqual(
      linesWith(/\.deleteApp\(/).map((line) => line.replace(/\s+/g, " ")),
      ["service/safe-writes.ts: await service.deleteApp(id, { ...callOptions(options), letFinish: true });"],
    );
    assert.deepEqual(
      linesWith(/(?<![.\w])deleteApp\(/).map((line) => line.split(":")[0]),
      ["api/apps.ts", "resources/app/delete.ts", "resources/app/provider.ts", "service/safe-writes.ts"],
    );
    assert.deepEqual(
      linesWith(/\bdeleteAppOnce\(/).map((line) => line.split(":")[0]),
      ["resources/app/delete.ts", "service/safe-writes.ts"],
    );
  });
});
