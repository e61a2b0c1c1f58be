import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { UsageError } from "../../../provider/cli/command";
import { init } from "../../../provider/cli/init";
import { validate } from "../../../provider/cli/validate";
import { validName } from "../../../provider/cli/init-files";
import { loadSpec } from "../../../provider/load-spec";
import { applySecrets } from "../../../provider/appspec/secret-addresses";
import { runCommand, type Terminal } from "../../helpers/command";
import { temporaryFolder } from "../../helpers/temporary-folder";

type Json = Record<string, unknown>;
type Manifest = { dependencies: Json };

const SPEC = `name: shop
services:
  - name: web
    image: { registry_type: DOCKER_HUB, registry: library, repository: nginx, tag: "1.29" }
    http_port: 80
    envs:
      - { key: KEY, type: SECRET }
      - { key: OLD, type: SECRET, value: "EV[1:abcd:efgh]" }
`;
const TEMPLATE = `spec:\n${SPEC.replace(/^/gm, "  ")}`;

describe("app-platform init", () => {
  const folder = temporaryFolder();
  let at: string;
  beforeEach(() => {
    at = join(folder.path, `a-${Math.random().toString(36).slice(2)}`);
  });

  const run = (args: string[] = [], terminal?: Terminal) => runCommand(init, [at, ...args], {}, terminal);
  const read = (path: string) => readFileSync(join(at, path), "utf8");
  function write(path: string, text: string): void {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }

  it("writes a project with a valid app.yaml, and prints what to run next", async () => {
    const { code, out, err } = await run(["--name", "my-shop"]);
    const files = [".gitignore", "Pulumi.yaml", "app.yaml", "index.ts", "package.json", "tsconfig.json"];
    assert.deepEqual([code, readdirSync(at).sort()], [0, files]);
    for (const file of files) assert.ok(out.includes(join(at, file)), out);
    assert.match(
      read("app.yaml"),
      /^# yaml-language-server: \$schema=\.\/node_modules\/pulumi-app-platform\/\S+\nname: my-shop\n/,
    );
    const checked = await runCommand(validate, [join(at, "app.yaml")], {});
    assert.equal(checked.code, 0, checked.err);
    const steps = [
      "npm install",
      "pulumi stack init dev",
      "pulumi config set --secret webSessionKey",
      "pulumi up",
    ];
    assert.deepEqual(
      steps
        .map((step) => err.indexOf(`  ${step}\n`))
        .map((index, number, all) => index > (all[number - 1] ?? -1)),
      steps.map(() => true),
      err,
    );
    assert.match(read("index.ts"), /"web\.SESSION_KEY": config\.requireSecret\("webSessionKey"\)/);
    assert.deepEqual(applySecrets(loadSpec(join(at, "app.yaml")), { "web.SESSION_KEY": "x" }).unused, []);
    assert.match(read(".gitignore"), /^node_modules\/$/m);
  });

  for (const [file, text] of [
    [".do/app.yaml", SPEC],
    [".do/deploy.template.yaml", TEMPLATE],
    ["app.yaml", SPEC],
  ] as const)
    it(`uses an existing ${file}, unchanged, and supplies the secrets that it lacks`, async () => {
      write(file, text);
      const { err } = await run();
      assert.equal(read(file), text);
      assert.equal(existsSync(join(at, "app.yaml")), file === "app.yaml");
      const program = read("index.ts");
      assert.ok(program.includes(`new App("shop", {\n  spec: loadSpec("${file}", {`), program);
      for (const [address, key] of [
        ["web.KEY", "webKey"],
        ["web.OLD", "webOld"],
      ]) {
        assert.ok(program.includes(`"${address}": config.requireSecret("${key}")`), program);
        assert.ok(err.includes(`pulumi config set --secret ${key}`), err);
      }
      assert.match(read("Pulumi.yaml"), /^name: shop$/m);
    });

  it("with --adopt, leaves the secrets to the service", async () => {
    write(".do/app.yaml", SPEC);
    await run(["--adopt", "true"]);
    assert.match(read("index.ts"), /\n {2}spec: loadSpec\("\.do\/app\.yaml"\),\n {2}adopt: true,\n/);
    assert.doesNotMatch(read("index.ts"), /config/);
  });

  it("--from - writes standard input to app.yaml, with the schema's line if that is its schema", async () => {
    await run(["--from", "-"], { input: SPEC });
    assert.match(read("app.yaml"), /^# yaml-language-server: .*\nname: shop\n/);
    await assert.rejects(run(["--from", "-"], { input: SPEC }), /app\.yaml already exists/);
    at += "-template";
    await run(["--from", "-"], { input: TEMPLATE });
    assert.equal(read("app.yaml"), TEMPLATE);
  });

  it("--from refers to a file elsewhere by its relative path", async () => {
    const file = join(folder.path, "elsewhere.yaml");
    writeFileSync(file, SPEC);
    await run(["--from", file]);
    assert.match(read("index.ts"), /loadSpec\("\.\.\/elsewhere\.yaml"/);
  });

  it("overwrites nothing, and prints the lines for an existing program", async () => {
    const mine = "// mine\n";
    write("index.ts", mine);
    write(".gitignore", mine);
    write("package.json", JSON.stringify({ dependencies: { "pulumi-app-platform": "file:x.tgz" } }));
    const { code, err } = await run(["--name", "shop"]);
    assert.deepEqual([code, read("index.ts"), read(".gitignore")], [0, mine, mine]);
    assert.match(err, /index\.ts exists, and is unchanged/);
    assert.match(err, /Add to index\.ts:\n\nimport \* as pulumi[\s\S]*new App\("shop"/);
    assert.match(
      err,
      /^ {2}npm install @pulumi\/pulumi\n {2}npm install --save-dev typescript@5 @types\/node$/m,
    );
    const before = readdirSync(at).map(read);
    await run(["--name", "other"]);
    assert.deepEqual(readdirSync(at).map(read), before);
  });

  it("writes nothing into a project of another language, or for an invalid file", async () => {
    write("Pulumi.yaml", "name: shop\nruntime:\n  name: python\n");
    await assert.rejects(run(), /runtime python.*needs nodejs/);
    at += "-invalid";
    write(".do/app.yaml", "name: [");
    await assert.rejects(run(), /app\.yaml:1:/);
    assert.deepEqual(readdirSync(at), [".do"]);
  });

  it("rejects an unknown language and an invalid name as usage errors", async () => {
    await assert.rejects(run(["--language", "typscript"]), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /did you mean typescript\?/);
      return true;
    });
    await assert.rejects(run(["--name", "My Shop"]), UsageError);
    assert.ok(!existsSync(at));
  });

  describe("--language yaml", () => {
    const yaml = (...args: string[]) => run(["--language", "yaml", ...args]);
    const program = () => parse(read("Pulumi.yaml")) as Record<string, unknown>;
    const only = (value: unknown): unknown => Object.values(value as object)[0];

    it("writes a program that uses the npm package's plugin, with secrets from the configuration", async () => {
      const { code, out, err } = await yaml("--name", "my-shop");
      assert.deepEqual(
        [code, readdirSync(at).sort()],
        [0, [".gitignore", "Pulumi.yaml", "app.yaml", "package.json"]],
      );
      for (const file of readdirSync(at)) assert.ok(out.includes(join(at, file)), out);
      assert.deepEqual(program(), {
        name: "my-shop",
        description: "Apps on the DigitalOcean App Platform",
        runtime: "yaml",
        plugins: {
          providers: [{ name: "app-platform", path: "node_modules/pulumi-app-platform/plugin" }],
        },
        config: { webSessionKey: { type: "string", secret: true } },
        resources: {
          "my-shop": {
            type: "app-platform:App",
            properties: { specFile: "app.yaml", secrets: { "web.SESSION_KEY": "${webSessionKey}" } },
          },
        },
        outputs: { url: "${my-shop.liveUrl}" },
      });
      assert.match(err, /^ {2}npm install\n[^]*^ {2}pulumi config set --secret webSessionKey$/m);
      assert.match(read("app.yaml"), /^# yaml-language-server: /);
      assert.deepEqual(Object.keys((JSON.parse(read("package.json")) as Manifest).dependencies), [
        "pulumi-app-platform",
      ]);
    });

    it("uses an existing .do/app.yaml, and adopts an app", async () => {
      write(".do/app.yaml", SPEC);
      const { err } = await yaml("--adopt", "true");
      assert.deepEqual((only(program()["resources"]) as Json)["properties"], {
        specFile: ".do/app.yaml",
        adopt: true,
      });
      assert.doesNotMatch(err, /config set/);
      at += "-new";
      write(".do/app.yaml", SPEC);
      await yaml();
      assert.deepEqual(Object.keys(program()["config"] as object).sort(), ["webKey", "webOld"]);
    });

    it("gives resources and configuration different names, and passes paths as text", async () => {
      write(".do/app.yaml", "name: web-key\nservices: [{ name: web, envs: [{ key: KEY, type: SECRET }] }]\n");
      await yaml();
      assert.deepEqual(Object.keys(program()["resources"] as object), ["web-key"]);
      at += "-token";
      write(".do/app.yaml", "name: token\nenvs: [{ key: TOKEN, type: SECRET }]\n");
      await yaml();
      const [[key, resource] = []] = Object.entries(program()["resources"] as Record<string, Json>);
      assert.notEqual(key, "token");
      assert.equal(resource?.["name"], "token");
      assert.deepEqual(program()["outputs"], { url: `\${${key}.liveUrl}` });
      at += "-path";
      const file = join(folder.path, "${token}.yaml");
      writeFileSync(file, SPEC);
      await yaml("--from", file);
      const { specFile } = (only(program()["resources"]) as { properties: Json }).properties;
      assert.equal(specFile, "../$${token}.yaml");
    });

    it("overwrites nothing, and prints the lines for an existing program", async () => {
      const mine = "name: mine\nruntime: { name: yaml }\n";
      write("Pulumi.yaml", mine);
      write("package.json", "{}");
      write("notes.txt", "mine");
      const { code, err } = await yaml();
      assert.deepEqual([code, read("Pulumi.yaml"), read("package.json")], [0, mine, "{}"]);
      const [, lines = ""] = /Add to Pulumi\.yaml:\n\n([^]*)\nNext:/.exec(err) ?? [];
      assert.deepEqual(Object.keys(parse(lines) as object), ["plugins", "config", "resources", "outputs"]);
      assert.match(err, /^ {2}npm install pulumi-app-platform$/m);
      const before = ["Pulumi.yaml", "package.json", "app.yaml", ".gitignore"].map(read);
      await yaml("--name", "other");
      assert.deepEqual(["Pulumi.yaml", "package.json", "app.yaml", ".gitignore"].map(read), before);
    });

    it("is suggested in a project in YAML, and rejected in another one", async () => {
      write("Pulumi.yaml", "name: shop\nruntime: yaml\n");
      await assert.rejects(run(), /--language yaml/);
      write("Pulumi.yaml", "name: shop\nruntime: go\n");
      await assert.rejects(yaml(), /runtime go.*needs yaml/);
      assert.deepEqual(readdirSync(at), ["Pulumi.yaml"]);
      await assert.rejects(run(["--language", "cobol"]), /typescript or yaml/);
    });
  });

  it("derives a valid name from any folder's name", () => {
    const names = ["My Shop", "größe", "123", "shop_2", "x".repeat(50), "a-", "日本", ""];
    for (const name of names.map(validName)) assert.match(name, /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/);
    assert.equal(validName("My Shop"), "my-shop");
  });
});
