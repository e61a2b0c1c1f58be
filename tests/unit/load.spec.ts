import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { AppPlatformError } from "../../provider/errors";
import { fileOf, loadSpec, SPEC_FILE } from "../../provider/load";

describe("loadSpec", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "specs-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (content: string | Uint8Array): string => {
    const path = join(folder, "app.yaml");
    writeFileSync(path, content);
    return path;
  };
  const refuses = (path: string, expected: RegExp): void => {
    assert.throws(
      () => loadSpec(path),
      (error) => {
        assert.ok(error instanceof AppPlatformError);
        assert.equal(error.errorCode, "unreadable-file");
        assert.ok(error.message.startsWith(path), error.message);
        assert.match(error.message, expected);
        return true;
      },
    );
  };

  it("reads a file and remembers which, out of sight", () => {
    const path = write("name: shop\nenvs:\n  - key: A\n    value: 1.10\n");
    const spec = loadSpec(relative(process.cwd(), path));
    assert.deepEqual(JSON.parse(JSON.stringify(spec)), { name: "shop", envs: [{ key: "A", value: "1.10" }] });
    assert.deepEqual(Object.keys(spec), ["name", "envs"]);
    assert.equal(fileOf(spec), path);
    assert.equal(fileOf({ ...spec, region: "ams" }), path);
    assert.equal(SPEC_FILE, Symbol.for("pulumi-app-platform.file"));
    for (const other of [{}, null, "x", { [SPEC_FILE]: 1 }]) assert.equal(fileOf(other), undefined);
  });

  it("puts secrets in their places", () => {
    const path = write("envs:\n  - key: A\n    value: EV[1:a:b]\n");
    const later = Promise.resolve("x");
    assert.equal(loadSpec(path, { secrets: { A: later } }).envs?.[0]?.value as unknown, later);
    assert.throws(() => loadSpec(path, { secrets: {} }), /missing-secrets.*A/s);
  });

  it("says what is wrong with a file it cannot use", () => {
    refuses(join(folder, "none.yaml"), /does not exist.*Check the path/);
    refuses(join(write("name: x"), "inside.yaml"), /does not exist/);
    refuses(folder, /is a folder/);
    refuses(write(new Uint8Array([0x6e, 0x3a, 0x20, 0xff, 0xfe])), /no text in UTF-8/);
    refuses(write(`a: ${"x".repeat(5 * 1024 * 1024)}`), /larger than 5 MB/);
    refuses(write("name: a\nname: b\n"), /:2:1: a field appears twice[^]*2 \| name: b\n +\| \^\nRemove/);
  });

  it("takes a file with a byte order mark", () => {
    assert.equal(loadSpec(write("\ufeffname: shop\n")).name, "shop");
  });
});
