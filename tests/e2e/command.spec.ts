import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { Client } from "../../provider/api/client";
import type { AppSpec } from "../../provider/appspec/types";
import { printable } from "../../provider/text/printable";
import { temporaryFolder } from "../helpers/temporary-folder";

const CLI = join(__dirname, "..", "..", "provider", "dist", "cli.js");
const TOKEN = "dop_v1_command";
const UNKNOWN = "11111111-2222-4333-8444-000000000001";
const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };

const COMMANDS = [
  ...["init", "status", "open", "logs", "deployments", "cancel", "restart", "rollback"],
  ...["spec", "validate", "import", "migrate", "report", "orphans"],
];

const SHOP: AppSpec = { name: "shop", services: [{ name: "web", image, http_port: 80 }] };

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

describe("app-platform on the command line", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  const folder = temporaryFolder();

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, rateLimit: false, token: TOKEN });
    const client = new Client({ token: TOKEN, baseUrl: emulator.url });
    await client.createApp({ spec: SHOP });
  });
  after(() => emulator.close());

  const start = (args: string[], env: Record<string, string> = {}, out: "pipe" | number = "pipe") =>
    spawn(process.execPath, [CLI, ...args], {
      cwd: folder.path,
      stdio: ["ignore", out, "pipe"],
      env: {
        PATH: dirname(process.execPath),
        DIGITALOCEAN_API_URL: emulator.url,
        DIGITALOCEAN_TOKEN: TOKEN,
        ...env,
      },
    });
  async function run(args: string[], env?: Record<string, string>): Promise<Ended> {
    const child = start(args, env);
    let [out, err] = ["", ""];
    child.stdout?.on("data", (part) => (out += String(part)));
    child.stderr?.on("data", (part) => (err += String(part)));
    const [code] = (await once(child, "close")) as [number | null];
    assert.ok(!`${out}${err}`.includes(TOKEN), "a token was shown");
    assert.ok(!/\n\s+at /.test(err), `a stack was shown: ${err}`);
    return { code, out, err };
  }

  it("a usage error suggests the intended word, points to --help, and exits with code 2", async () => {
    const cases: [args: string[], message: RegExp][] = [
      [["lgs"], /\blgs; .*mean logs\?\n.*app-platform --help/],
      [["logs", "shop", "--folow"], /--folow; .*mean --follow\?\n.*app-platform logs --help/],
      [["logs", "shop", "--type", "bild"], /type bild; .*mean build\?/],
      [["logs", "shop", "--wait", "3"], /--wait: "3" is not a duration/],
      [["deployments", "shop", "--phase", "actve"], /phase ACTVE; .*mean ACTIVE\?/],
      [["help", "valdate"], /did you mean validate\?/],
    ];
    const all = await Promise.all(cases.map(([args]) => run(args)));
    all.forEach(({ code, out, err }, index) => {
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, cases[index]?.[1] ?? assert.fail());
    });
  });

  it("help fits a terminal of 80 columns", async () => {
    const helps = await Promise.all(
      [[], ...COMMANDS.map((name) => [name])].map((args) => run(["help", ...args])),
    );
    for (const { code, out } of helps) {
      assert.equal(code, 0);
      assert.match(out, /^Usage: app-platform /);
      assert.deepEqual(
        out.split("\n").filter((line) => line.length > 80),
        [],
      );
    }
  });

  it("a write without --yes and without a terminal is a usage error that changes nothing", async () => {
    for (const args of [
      ["restart", "shop"],
      ["rollback", "shop", emulator.apps()[0]?.deployments[0]?.id ?? ""],
    ]) {
      const { code, out, err } = await run(args);
      assert.deepEqual([code, out], [2, ""], err);
      assert.match(err, /--yes/);
    }
    assert.equal(emulator.apps()[0]?.deployments.length, 1);
  });

  it("an unknown app or deployment is named along with similar names, with exit code 1", async () => {
    const cases: [args: string[], message: RegExp][] = [
      [["logs", "shpo"], /^error: .*\bshpo\b.* mean shop\?\n$/],
      [["logs", "shop", "wbe"], /component wbe .*shop.* mean web\?/],
      [
        ["logs", "shop", "--deployment", UNKNOWN],
        /no deployment .* The newest deployments: [-0-9a-f]{36} \(ACTIVE\)/,
      ],
      [["logs", "shop", "--invocation", UNKNOWN], /no job invocation .*no invocations/],
      [["logs", "shop", "--event", UNKNOWN], /no event .* The newest events: /],
      [["logs", "shop", "--type", "build"], /no BUILD log .* stage was skipped/],
      [["cancel", "shop", UNKNOWN], /no deployment .* The newest deployments/],
      [["cancel", "shop"], /No deployment .*shop.* in progress/],
      [["deployments", UNKNOWN], /no app with the id .* Available apps: shop/],
      [["import", "shopp", "--out", "-"], /Did you mean shop\?/],
    ];
    const all = await Promise.all(cases.map(([args]) => run(args)));
    all.forEach(({ code, out, err }, index) => {
      assert.deepEqual([code, out], [1, ""], err);
      assert.match(err, cases[index]?.[1] ?? assert.fail());
    });
  });

  it("prints the newest deployment's build log, even if it failed, without text that CI runners act on", async () => {
    const client = new Client({ token: TOKEN, baseUrl: emulator.url });
    const git = { repo_clone_url: "https://example.com/a.git", branch: "main" };
    const { id } = await client.createApp({ spec: { name: "hostile", services: [{ name: "web", git }] } });
    emulator.failNext({ component: "web", hostile: true, lineBytes: 3_000_000 });
    await client.createDeployment(id, { force_build: true });
    while ((await client.listDeploymentPage(id, {})).items[0]?.phase !== "ERROR");
    const [logs, failed, json] = await Promise.all([
      run(["logs", "hostile", "--type", "build"]),
      run(["deployments", "hostile", "--phase", "ERROR"]),
      run(["deployments", "hostile", "--json"]),
    ]);
    for (const { code, out } of [logs, failed, json]) {
      assert.equal(code, 0);
      assert.equal(printable(out), out);
    }
    for (const words of ["colors and hidden text", ": :error", "##vso [task", "build command exited"])
      assert.ok(logs.out.includes(words), words);
    const inOneLine = logs.out.replaceAll("\n", "");
    assert.equal(inOneLine.match(/huge /g)?.length, 600_000, "no part of a line is left out");
    const [{ progress }] = JSON.parse(json.out) as [{ progress: unknown }];
    assert.match(JSON.stringify(progress), /##vso\[task/, "as JSON it is the service's text");
  });

  it("cancels a deployment in progress, can be repeated, and reports a deployment that finished otherwise", async () => {
    const slow = await createEmulator({ deploySeconds: 600, rateLimit: false, token: TOKEN });
    try {
      const client = new Client({ token: TOKEN, baseUrl: slow.url });
      const { pending_deployment: pending } = await client.createApp({ spec: SHOP });
      const id = pending?.id ?? assert.fail();
      const at = { DIGITALOCEAN_API_URL: slow.url };
      for (const args of [
        ["cancel", "shop"],
        ["cancel", "shop", id],
      ]) {
        const { code, out, err } = await run(args, at);
        assert.deepEqual([code, err], [0, ""]);
        assert.match(out, new RegExp(`^${id}: canceled 0/\\d+\\n$`));
      }
    } finally {
      await slow.close();
    }
    const active = emulator.apps()[0]?.deployments[0]?.id ?? "";
    const { code, out, err } = await run(["cancel", "shop", active]);
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, new RegExp(`^error: .*${active} .*finished \\(ACTIVE\\).*\\n$`));
  });

  it("explains what to do about a missing token, a wrong token, and a refused connection", async () => {
    const [none, wrong, nobody] = await Promise.all([
      run(["deployments", "shop"], { DIGITALOCEAN_TOKEN: "" }),
      run(["deployments", "shop"], { DIGITALOCEAN_TOKEN: "dop_v1_another" }),
      run(["deployments", "shop"], { DIGITALOCEAN_API_URL: "http://192.0.2.1" }),
    ]);
    assert.match(none.err, /^error: No token: set DIGITALOCEAN_TOKEN\.\n$/);
    assert.match(wrong.err, /token.*Set DIGITALOCEAN_TOKEN to a valid token/);
    assert.ok(!wrong.err.includes("dop_v1_another"));
    assert.match(nobody.err, /plain http|https/);
    assert.deepEqual([none.code, wrong.code, nobody.code], [1, 1, 1]);
  });

  it("exits quietly when the reader of its output closes the pipe", async () => {
    const child = start(["logs", "shop", "--follow"]);
    let err = "";
    child.stderr?.on("data", (part) => (err += String(part)));
    await once(child.stdout ?? assert.fail(), "data");
    child.stdout?.destroy();
    // The next write hits a closed pipe.
    const { id } = emulator.apps()[0] ?? assert.fail();
    emulator.editApp(id, (spec) => void (spec.region = "fra"));
    const [code] = (await once(child, "close")) as [number];
    assert.deepEqual([code, err], [0, ""]);
  });

  it("reports an error when its output does not fit on the disk", async () => {
    const full = openSync("/dev/full", "w");
    const child = start(["deployments", "shop"], {}, full);
    closeSync(full);
    let err = "";
    child.stderr?.on("data", (part) => (err += String(part)));
    const [code] = (await once(child, "close")) as [number];
    assert.deepEqual([code, err], [1, "error: cannot write the output (ENOSPC).\n"]);
  });

  it("lists the service's data as JSON without secrets", async () => {
    const { code, out } = await run(["deployments", "shop", "--json", "--per-page", "1"]);
    const [deployment] = JSON.parse(out) as { spec: { name: string } }[];
    assert.deepEqual([code, deployment?.spec.name], [0, "shop"]);
  });

  describe("import", () => {
    const withPulumi = (script: string): Record<string, string> => {
      const bin = join(folder.path, "bin");
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, "pulumi"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, "pulumi"), 0o755);
      return { PATH: `${bin}:/usr/bin:/bin` };
    };
    const importing = (name: string, env?: Record<string, string>) =>
      run(["import", "shop", "shop", "--out", `${name}.json`], env);

    it("writes each app once, and states the required Pulumi version when it cannot detect one", async () => {
      const none = await importing("none", { PATH: folder.path });
      assert.deepEqual([none.code, none.out], [0, "none.json: 1 app\n"]);
      assert.match(
        none.err,
        /^Note: .*3\.254 or newer; .*not found\.\nNext: pulumi import --file none\.json/,
      );
      const written = JSON.parse(readFileSync(join(folder.path, "none.json"), "utf8")) as {
        resources: unknown[];
      };
      assert.equal(written.resources.length, 1);
      assert.match((await importing("broken", withPulumi("exit 3"))).err, /`pulumi version` failed\./);
      assert.match((await importing("odd", withPulumi("echo hello"))).err, /`pulumi version` .*no version/);
    });

    it("rejects a Pulumi version that is too old and lists alternatives", async () => {
      const { code, out, err } = await importing("old", withPulumi("echo v3.253.1"));
      assert.deepEqual([code, out], [1, ""]);
      assert.match(err, /pulumi v3\.253\.1 cannot import apps.*3\.254.*`adopt: true`/);
      assert.ok(!existsSync(join(folder.path, "old.json")));
      assert.match(
        (await importing("it's new", withPulumi("echo v3.254.0"))).err,
        /^Next: pulumi import --file 'it'\\''s new\.json' --generate-code=false --yes\n/,
      );
    });

    it("writes nothing when there are no apps", async () => {
      const empty = await createEmulator({ rateLimit: false });
      try {
        const { code, err } = await run(["import", "--all"], { DIGITALOCEAN_API_URL: empty.url });
        assert.equal(code, 1);
        assert.match(err, /no apps to import/);
        assert.ok(!existsSync(join(folder.path, "import.json")));
      } finally {
        await empty.close();
      }
    });
  });

  it("validate reports why a file is not a valid app, with its position", async () => {
    const files: [name: string, content: string | Buffer, code: number, line?: number, column?: number][] = [
      ["anchor.yaml", "name: shop\nservices:\n  - name: web\n    image: *nope\n", 1, 4, 12],
      ["typo.json", '{"name":"shop",\n "services":[\n{"name":"web", "http_prt": 3}]}', 1, 3, 16],
      ["template.yaml", "spec:\n  name: shop\n  services:\n  - name: web\n    http_prt: 80\n", 1, 5, 5],
      ["empty.yaml", "", 1],
      ["binary.yaml", Buffer.from([0x6e, 0x3a, 0xff, 0xfe, 0x00]), 1, 1, 3],
      ["list.yaml", "- a\n", 1, 1, 1],
    ];
    for (const [name, content] of files) writeFileSync(join(folder.path, name), content);
    mkdirSync(join(folder.path, "folder.d"));
    const names = [...files.map(([name]) => name), "folder.d", "missing.yaml"];
    const ended = await Promise.all(names.map((name) => run(["validate", name, "--json"])));
    ended.forEach(({ code, out }, index) => {
      const [name = "", , wanted = 2, line, column] = files[index] ?? [names[index]];
      const found = JSON.parse(out) as Record<string, unknown>[];
      assert.equal(code, wanted, name);
      assert.ok(
        found.length > 0 && found.every(({ file, severity }) => file === name && severity === "error"),
      );
      assert.ok(
        found.some((one) => one["line"] === line && one["column"] === column),
        `${name}: ${JSON.stringify(found)}`,
      );
    });
  });
});
