import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { fileOf, loadSpec } from "../../provider/load-spec";
import { appSpecs } from "../helpers/world/app-specs";
import { temporaryFolder } from "../helpers/temporary-folder";

describe("loadSpec", () => {
  const folder = temporaryFolder();
  const file = (name: string, content: string | Buffer): string => {
    const path = join(folder.path, name);
    writeFileSync(path, content);
    return path;
  };

  it("reads YAML, JSON and deploy templates", () => {
    const expected = { name: "shop", services: [{ name: "web", http_port: 80 }] };
    const yaml = "name: shop\nservices:\n  - name: web\n    http_port: 80\n";
    const forms = [
      file("app.yaml", yaml),
      file("app.json", JSON.stringify(expected)),
      file("bom.yaml", `\ufeff${yaml}`),
      file("windows.yaml", yaml.replaceAll("\n", "\r\n")),
      file("deploy.template.yaml", `spec:\n${yaml.replace(/^/gm, "  ")}`.trimEnd()),
    ];
    for (const path of forms) assert.equal(JSON.stringify(loadSpec(path)), JSON.stringify(expected), path);
  });

  it("reads any spec back from its JSON", () => {
    fc.assert(
      fc.property(appSpecs, (spec) => {
        const text = JSON.stringify(spec);
        // Such texts are taken for binary files.
        fc.pre(!/[\0\ufffd]/.test(text));
        assert.equal(JSON.stringify(loadSpec(file("app.json", text))), text);
      }),
    );
  });

  it("records its file without showing it in JSON or its keys", () => {
    const path = file("app.yaml", "name: shop\n");
    const spec = loadSpec(path);
    assert.equal(fileOf(spec), path);
    assert.equal(fileOf({ ...spec }), path);
    assert.deepEqual(Object.keys(spec), ["name"]);
    assert.equal(JSON.stringify(spec), '{"name":"shop"}');
    for (const other of [undefined, null, "app.yaml", {}, { [Symbol.for("pulumi-app-platform.file")]: 7 }])
      assert.equal(fileOf(other), undefined);
  });

  it("takes a path relative to the working directory", () => {
    file("app.yaml", "name: shop\n");
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      assert.equal(fileOf(loadSpec("app.yaml")), join(folder.path, "app.yaml"));
    } finally {
      process.chdir(before);
    }
  });

  it("reports why a path is not a usable spec file, and what to do", () => {
    mkdirSync(join(folder.path, "folder"));
    const large = file("large.yaml", "");
    truncateSync(large, 6 * 1024 * 1024);
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    const cases: [string, RegExp][] = [
      [join(folder.path, "missing.yaml"), /missing\.yaml: .*not exist.*relative to/],
      [join(large, "below.yaml"), /does not exist/],
      [join(folder.path, "folder"), /is a folder.*path of the file/],
      [join(folder.path, "pipe"), /is not a regular file/],
      [large, /is larger than 5 MB/],
      ["bad\0path", /cannot be read \(ERR_INVALID_ARG_VALUE\)/],
      [file("empty.yaml", ""), /is empty/],
      [file("latin1.yaml", Buffer.from("name: gr\xfc\xdfe", "latin1")), /is not valid UTF-8/],
    ];
    for (const [path, message] of cases)
      assert.throws(() => loadSpec(path), { errorCode: "unreadable-file", message }, path);
  });

  it("inserts secrets as Pulumi secrets, whatever the variable's type, also before their values are known", async () => {
    const path = file("app.yaml", "name: shop\nenvs:\n  - key: TOKEN\n  - key: OTHER\n    value: open\n");
    for (const [given, expected] of [
      ["now", "now"],
      [7, 7],
      [Promise.resolve("later"), "later"],
      [pulumi.output("later"), "later"],
      [pulumi.secret("later"), "later"],
    ]) {
      const { envs } = loadSpec(path, { secrets: { TOKEN: given } });
      const value = envs?.[0]?.value as unknown as pulumi.Output<unknown>;
      assert.equal(await pulumi.isSecret(value), true);
      assert.equal(await new Promise((resolve) => value.apply(resolve)), expected);
      assert.equal(envs?.[1]?.value, "open");
    }
    assert.throws(() => loadSpec(path, { secrets: { TOKEN: undefined } }), /missing-secrets.* TOKEN/);
    assert.throws(() => loadSpec(path, { secrets: { TOKEM: "x" } }), /TOKEM \(did you mean TOKEN\?\)/);
  });
});
