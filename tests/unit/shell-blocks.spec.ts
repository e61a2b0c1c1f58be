import assert from "node:assert/strict";
import { resultsIn, scriptOf, shellBlocks } from "../helpers/shell-blocks";

const PAGE =
  "# A\n\n```sh\na\n```\n\n```text\none\n\n  two\n```\n\n```ts\nno\n```\n\n```sh fails\nb\nc\n```\n";

describe("the commands of a page", () => {
  it("are its shell blocks with what follows as their result", () => {
    assert.deepEqual(shellBlocks(PAGE), [
      { commands: "a\n", fails: false, shown: ["one", "  two"] },
      { commands: "b\nc\n", fails: true, shown: [] },
    ]);
  });

  it("run in one shell, and each block's output and exit code is known", () => {
    assert.match(scriptOf(shellBlocks(PAGE)), /^a\necho ".*block 1.*"\nb\nc\necho ".*block 2.*"\n$/);
    const results = resultsIn("x\n@@ block 1: exit code 0\ny\n@@ block 2: exit code 3\nz\n");
    assert.deepEqual(
      results.map(({ output, code }) => [output.trim(), code]),
      [
        ["x", 0],
        ["y", 3],
      ],
    );
  });
});
