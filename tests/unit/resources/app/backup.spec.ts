import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import promises from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import type { App } from "../../../../provider/api/types";
import { backupName, backupText, writeBackup } from "../../../../provider/resources/app/backup";
import { loadSpec } from "../../../../provider/load-spec";
import { parseSpec, BACKUP_HEAD } from "../../../../provider/appspec/parse";
import type { AppSpec } from "../../../../provider/appspec/types";
import { appSpecs, anyText } from "../../../helpers/world/app-specs";
import { temporaryFolder } from "../../../helpers/temporary-folder";
import { runs } from "../../../helpers/runs";
import { ANY_LANGUAGE, TYPESCRIPT } from "../../../../provider/text/program-texts";

const ID = "4f6c71e2-1e90-4762-9fee-6cc4a0a9f2cf";
const AT = new Date("2026-03-04T05:06:07.890Z");
const EV = "EV[1:abcdefgh:ijklmnop==]";

const appOf = (spec: object): App => ({ id: ID, spec: spec as AppSpec });

const SHOP = appOf({
  name: "shop",
  envs: [{ key: "GLOBAL", value: EV, type: "SECRET" }],
  services: [
    {
      name: "web",
      image: { registry_credentials: EV },
      envs: [
        { key: "PORT", value: "8080" },
        { key: "TOKEN", value: EV, type: "SECRET" },
      ],
      log_destinations: [{ name: "dd", datadog: { api_key: EV } }],
    },
  ],
});

describe("backupText", () => {
  it("parses back to the same spec, whatever text it contains", () => {
    fc.assert(
      fc.property(appSpecs, (spec) => {
        assert.deepEqual(parseSpec(backupText(appOf(spec), AT, { texts: TYPESCRIPT })).spec, spec);
      }),
      { numRuns: runs(60, 300) },
    );
  });

  it("parses back with every secret supplied again", () => {
    const secrets = {
      GLOBAL: "one",
      "web.TOKEN": "two",
      "web.registry_credentials": "three",
      "web.dd.api_key": "four",
    };
    const { spec } = parseSpec(backupText(SHOP, AT, { texts: TYPESCRIPT }), { secrets });
    const inOrder = ["one", "three", "two", "four"];
    const expected = JSON.stringify(SHOP.spec).replaceAll(EV, () => inOrder.shift() ?? "too many");
    assert.deepEqual(spec, JSON.parse(expected));
    assert.deepEqual(inOrder, []);
  });

  it("explains in its header what it is, how to use it and which secrets are needed", () => {
    const head = backupText(SHOP, AT, { texts: TYPESCRIPT }).split("\n\n")[0] ?? "";
    assert.ok(head.startsWith(`${BACKUP_HEAD} shop (id ${ID}), taken 2026-03-04T05:06:07.890Z`));
    assert.match(head, /new App\("shop", \{ spec: loadSpec\("<this file>", \{ secrets \}\) \}\)/);
    for (const address of ["GLOBAL", "web.TOKEN", "web.registry_credentials", "web.dd.api_key"])
      assert.ok(head.includes(`"${address}": …`), address);
    assert.ok(!head.includes("EV["));
    assert.ok(!head.includes("web.PORT"));
  });

  it("explains the same for programs in any language", () => {
    const head = backupText(SHOP, AT, { texts: ANY_LANGUAGE }).split("\n\n")[0] ?? "";
    assert.match(head, /^# +declare the App "shop" with specFile: "<this file>", and secrets$/m);
    assert.match(head, /^# +secrets:$/m);
    for (const address of ["GLOBAL", "web.dd.api_key"]) assert.ok(head.includes(`"${address}": …`), address);
    assert.doesNotMatch(head, /loadSpec|const/);
  });

  it("omits secrets that the service returns in clear text, and lists them as required", () => {
    const spec = {
      name: "shop",
      envs: [
        { key: "A", value: "p1ain", type: "SECRET" },
        { key: "B", value: "kept" },
      ],
      ingress: { secure_header: { key: "X-Secure", value: "p1ain-header" } },
    };
    const text = backupText(appOf(spec), AT, { texts: TYPESCRIPT });
    assert.doesNotMatch(text, /p1ain/);
    assert.match(text, /kept/);
    assert.throws(() => parseSpec(text), { message: /A, ingress\.secure_header/ });
    const secrets = { A: "p1ain", "ingress.secure_header": "p1ain-header" };
    assert.deepEqual(parseSpec(text, { secrets }).spec, spec);
  });

  it("states in its header when there are no secrets", () => {
    const head = backupText(appOf({ name: "shop" }), AT, { texts: TYPESCRIPT }).split("\n\n")[0] ?? "";
    assert.match(head, /It contains no secrets/);
    assert.ok(!head.includes("{ secrets }"));
  });

  it("warns in its header of possible secrets when the state does not show which values are secret", () => {
    const leftOut = { places: undefined, texts: [] };
    const head = backupText(SHOP, AT, { leftOut, texts: TYPESCRIPT }).split("\n\n")[0] ?? "";
    assert.match(head, /^# Warning: .*may contain secrets/m);
    assert.match(head, /"web\.TOKEN": …/);
    assert.doesNotMatch(
      backupText(appOf({ name: "shop" }), AT, { leftOut, texts: TYPESCRIPT }),
      /contains no secrets/,
    );
    assert.doesNotMatch(backupText(SHOP, AT, { texts: TYPESCRIPT }), /Warning/);
  });

  it("omits a secret app name from the text and the file name", () => {
    const leftOut = { places: [["spec", "name"]], texts: ["shop"] };
    assert.doesNotMatch(backupText(SHOP, AT, { leftOut, texts: TYPESCRIPT }), /shop/);
    assert.equal(backupName(SHOP, AT, leftOut), "app-20260304-050607");
    assert.throws(() => parseSpec(backupText(SHOP, AT, { leftOut, texts: TYPESCRIPT })), {
      message: /spec\.name/,
    });
  });

  it("keeps the header a comment, whatever names and keys contain", () => {
    fc.assert(
      fc.property(anyText, anyText.filter(Boolean), (name, key) => {
        const app = appOf({ name, envs: [{ key, value: EV, type: "SECRET" }] });
        const head = backupText(app, AT, { texts: TYPESCRIPT }).split("\n\n")[0] ?? "";
        for (const line of head.split(/[\r\n\u0085\u2028\u2029]/)) assert.match(line, /^#/);
      }),
    );
  });
});

describe("backupName", () => {
  it("keeps only letters, digits and dashes of the app's name, and has a limited length", () => {
    assert.equal(backupName(SHOP, AT), "shop-20260304-050607");
    fc.assert(
      fc.property(anyText, (name) => {
        assert.match(backupName(appOf({ name }), AT), /^[a-z0-9-]{0,40}-20260304-050607$/);
      }),
    );
  });
});

describe("writeBackup", () => {
  const folder = temporaryFolder();
  const backups = (): string => join(folder.path, "backups");
  const failed = (directory: string): Promise<void> =>
    assert.rejects(
      writeBackup(SHOP, directory, AT, { texts: TYPESCRIPT }),
      (error: Error & { errorCode?: string }) => {
        assert.equal(error.errorCode, "backup-failed");
        assert.match(error.message, /was not deleted/);
        assert.match(error.message, /backup\.directory/);
        assert.ok(error.message.includes(directory), error.message);
        return true;
      },
    );

  it("writes one file readable only by its owner, in a folder accessible only to its owner", async () => {
    const path = resolve(await writeBackup(SHOP, backups(), AT, { texts: TYPESCRIPT }));
    assert.deepEqual(readdirSync(backups()), ["shop-20260304-050607.yaml"]);
    assert.equal(path, join(backups(), "shop-20260304-050607.yaml"));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(backups()).mode & 0o777, 0o700);
    assert.equal(readFileSync(path, "utf8"), backupText(SHOP, AT, { texts: TYPESCRIPT }));
  });

  it("is readable only by its owner, whatever the umask", async () => {
    const mask = process.umask(0);
    try {
      const path = resolve(await writeBackup(SHOP, backups(), AT, { texts: TYPESCRIPT }));
      assert.equal(statSync(path).mode & 0o777, 0o600);
    } finally {
      process.umask(mask);
    }
  });

  it("writes a file that loadSpec reads and that asks for its secrets", async () => {
    const path = resolve(await writeBackup(SHOP, backups(), AT, { texts: TYPESCRIPT }));
    assert.throws(() => loadSpec(path), {
      errorCode: "unreadable-file",
      message: /missing-secrets.*web\.TOKEN/,
    });
    const secrets = { GLOBAL: "a", "web.TOKEN": "b", "web.registry_credentials": "c", "web.dd.api_key": "d" };
    const value = loadSpec(path, { secrets }).services?.[0]?.envs?.[1]?.value as unknown;
    assert.equal(await new Promise((resolve) => (value as pulumi.Output<string>).apply(resolve)), "b");
  });

  it("never overwrites another backup of the same second, not even concurrently", async () => {
    const paths = await Promise.all(
      Array.from({ length: 8 }, () => writeBackup(SHOP, backups(), AT, { texts: TYPESCRIPT })),
    );
    assert.equal(new Set(paths).size, 8);
    const names = readdirSync(backups()).sort();
    assert.equal(names.length, 8);
    assert.ok(names.includes("shop-20260304-050607.yaml") && names.includes("shop-20260304-050607-8.yaml"));
    for (const name of names)
      assert.equal(readFileSync(join(backups(), name), "utf8"), backupText(SHOP, AT, { texts: TYPESCRIPT }));
  });

  it("never follows a symlink in place of the file", async () => {
    mkdirSync(backups());
    const target = join(folder.path, "elsewhere");
    symlinkSync(target, join(backups(), "shop-20260304-050607.yaml"));
    const path = await writeBackup(SHOP, backups(), AT, { texts: TYPESCRIPT });
    assert.match(path, /-2\.yaml$/);
    assert.throws(() => statSync(target), { code: "ENOENT" });
  });

  it("fails without leftovers when a thousand names are taken", async () => {
    mkdirSync(backups());
    for (let count = 1; count <= 1_000; count++)
      writeFileSync(join(backups(), `shop-20260304-050607${count === 1 ? "" : `-${count}`}.yaml`), "other");
    await failed(backups());
    assert.equal(readdirSync(backups()).length, 1_000);
  });

  it("stays in its folder, whatever the app's name", async () => {
    const names = [
      "../../x",
      "..",
      "/etc/passwd",
      "a/../../b",
      "C:\\temp\\x",
      "",
      "-rf",
      "\0",
      "é".repeat(300),
    ];
    for (const name of names) {
      const path = resolve(await writeBackup(appOf({ name }), backups(), AT, { texts: TYPESCRIPT }));
      assert.ok(!relative(backups(), path).includes("/"), path);
    }
    assert.deepEqual(readdirSync(folder.path), ["backups"]);
    assert.equal(readdirSync(backups()).length, names.length);
  });

  it("creates missing parent folders", async () => {
    const deep = join(backups(), "a", "b");
    await writeBackup(SHOP, deep, AT, { texts: TYPESCRIPT });
    assert.equal(readdirSync(deep).length, 1);
  });

  it("rejects a symlink in place of the folder, even to a folder", async () => {
    mkdirSync(join(folder.path, "real"));
    symlinkSync(join(folder.path, "real"), backups());
    await failed(backups());
    assert.deepEqual(readdirSync(join(folder.path, "real")), []);
  });

  it("rejects a file in place of the folder or one of its parents", async () => {
    writeFileSync(backups(), "a file");
    await failed(backups());
    await failed(join(backups(), "below"));
    assert.equal(readFileSync(backups(), "utf8"), "a file");
  });

  // Root can write everywhere.
  if (process.getuid?.() !== 0)
    it("rejects a folder without write permission", async () => {
      mkdirSync(backups());
      chmodSync(backups(), 0o500);
      await failed(backups());
    });

  it("leaves no partial file when writing fails", async () => {
    mkdirSync(backups());
    const probe = await promises.open(join(folder.path, "probe"), "w");
    const handle = Object.getPrototypeOf(probe) as { sync: () => Promise<void> };
    await probe.close();
    const { sync } = handle;
    handle.sync = () => Promise.reject(new Error("ENOSPC: no space left on device"));
    try {
      await failed(backups());
    } finally {
      handle.sync = sync;
    }
    assert.deepEqual(readdirSync(backups()), []);
  });

  it("is complete and overwrites nothing on a file system without hard links", async () => {
    const { link } = promises;
    const refuse = { code: "EPERM" };
    (promises as { link: unknown }).link = () => Promise.reject(Object.assign(new Error("EPERM"), refuse));
    try {
      const paths = [
        await writeBackup(SHOP, backups(), AT, { texts: TYPESCRIPT }),
        await writeBackup(SHOP, backups(), AT, { texts: TYPESCRIPT }),
      ];
      assert.match(paths[1] ?? "", /-2\.yaml$/);
      for (const path of paths)
        assert.equal(readFileSync(path, "utf8"), backupText(SHOP, AT, { texts: TYPESCRIPT }));
      assert.equal(readdirSync(backups()).length, 2);
    } finally {
      (promises as { link: unknown }).link = link;
    }
  });

  it("returns a path relative to the program's folder if the file is inside it", async () => {
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      assert.equal(
        await writeBackup(SHOP, "backups", AT, { texts: TYPESCRIPT }),
        join("backups", "shop-20260304-050607.yaml"),
      );
      mkdirSync("inner");
      process.chdir("inner");
      assert.equal(
        await writeBackup(SHOP, "../backups", AT, { texts: TYPESCRIPT }),
        join(backups(), "shop-20260304-050607-2.yaml"),
      );
    } finally {
      process.chdir(before);
    }
  });
});
