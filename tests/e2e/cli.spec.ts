import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEmulator, type Emulator, type StoredApp } from "app-platform-emulator";
import { hideSecrets, KEPT_SECRET } from "../../provider/appspec/secrets";
import { getPulumiCli } from "../../tools/pulumi-cli/get";
import { runCommand, TOP, type CommandResult } from "../../tools/pulumi-project";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";
import { temporaryFolder } from "../helpers/temporary-folder";

const CLI = join(TOP, "provider", "dist", "cli.js");
const SECRET = "hush-hush-hush";
const IMAGE = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const spec = {
  name: "shop",
  region: "fra",
  services: [
    {
      name: "web",
      git: { repo_clone_url: "https://github.com/acme/shop.git", branch: "main" },
      http_port: 8080,
      envs: [
        { key: "KEY", value: SECRET, type: "SECRET" },
        { key: "GREETING", value: "hello" },
      ],
    },
  ],
};

describe("the app-platform command in a real project", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let path: string;
  const folder = temporaryFolder();

  before(async () => {
    path = `${(await getPulumiCli()).bin}:${process.env["PATH"] ?? ""}`;
    emulator = await createEmulator({ deploySeconds: 120, token: TOKEN, rateLimit: false });
    await call("POST", "/v2/apps", { spec });
  });
  after(() => emulator?.close());

  async function call(method: string, route: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(emulator.url + route, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.equal(answer.status, 200);
    return await answer.json();
  }

  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    PATH: path,
    DIGITALOCEAN_API_URL: emulator.url,
    DIGITALOCEAN_TOKEN: TOKEN,
    ...more,
  });
  async function run(
    args: string[],
    more?: Record<string, string>,
  ): Promise<CommandResult & { stderr: string }> {
    const result = await runCommand(process.execPath, [CLI, ...args], folder.path, env(more));
    assert.ok(!result.output.includes(TOKEN) && !/EV\[/.test(result.output), result.output);
    assert.ok(!result.output.includes("\u001b["), "colours without a terminal");
    const stderr = result.output.replace(result.stdout, "");
    return { ...result, stderr };
  }
  const shop = (): StoredApp => emulator.apps()[0] ?? assert.fail("no app");

  it("prints help that fits in a window of 30 lines, also for each command", async () => {
    const help = await run(["--help"]);
    assert.equal(help.code, 0);
    assert.ok(help.stdout.split("\n").length <= 30);
    for (const command of ["logs", "deployments", "cancel", "validate", "import", "orphans"]) {
      assert.match(help.stdout, new RegExp(`^ {2}${command} `, "m"));
      const own = await run([command, "--help"]);
      assert.equal(own.code, 0);
      assert.match(own.stdout, new RegExp(`^Usage: app-platform ${command} `));
    }
  });

  it("reports usage errors on standard error with exit code 2", async () => {
    for (const args of [[], ["nothing"], ["logs"], ["logs", "a", "b", "c"], ["validate"], ["import"]]) {
      const { code, stdout, output } = await run(args);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.notEqual(output, "");
    }
    assert.match((await run(["logs", "shop", "--tail", "some"])).output, /--tail: "some"/);
    assert.match((await run(["deployments", "shop", "--pages", "1"])).output, /--pages/);
  });

  it("validates files and reports positions and an exit code", async () => {
    const file = join(folder.path, "app.yaml");
    writeFileSync(file, JSON.stringify(spec));
    const good = await run(["validate", file], { DIGITALOCEAN_TOKEN: "" });
    assert.deepEqual([good.code, good.stdout], [0, `${file}: valid\n`]);
    writeFileSync(file, `name: shop\nservices:\n  - name: web\n    http_prt: ${SECRET}\n`);
    const bad = await run(["validate", file]);
    assert.equal(bad.code, 1);
    assert.match(bad.output, /http_prt: .*mean http_port\? \(.*app\.yaml:4:5\)/);
    assert.ok(!bad.output.includes(SECRET));
    const json = await run(["validate", file, "--json"]);
    const [first] = (JSON.parse(json.stdout) as Record<string, unknown>[]).filter(
      ({ code }) => code === "unknown-field",
    );
    assert.deepEqual([json.code, first?.["line"], first?.["column"]], [1, 4, 5]);
    writeFileSync(file, "name: [\n");
    assert.equal((await run(["validate", file])).code, 1);
    assert.equal((await run(["validate", join(folder.path, "none.yaml")])).code, 2);
  });

  it("follows the log of a running build and exits cleanly on Ctrl-C", async () => {
    const child = spawn(process.execPath, [CLI, "logs", "shop", "web", "--type", "build", "--follow"], {
      env: env(),
    });
    let errors = "";
    child.stderr.on("data", (part) => (errors += String(part)));
    const [first] = (await once(child.stdout, "data")) as [Buffer];
    assert.match(String(first), /^web \d{4}-/);
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    assert.deepEqual([code, errors], [130, ""]);
  });

  it("lists deployments and cancels the one in progress", async () => {
    const [deployment] = shop().deployments;
    const going = ["pending_build", "building", "pending_deploy", "deploying"];
    const list = await run(["deployments", "shop", ...going.flatMap((phase) => ["--phase", phase])]);
    assert.equal(list.code, 0);
    assert.ok(list.stdout.includes(deployment?.id ?? "?"), list.stdout);
    const cancelled = await run(["cancel", "shop"]);
    assert.equal(cancelled.code, 0, cancelled.output);
    assert.ok(cancelled.stdout.startsWith(deployment?.id ?? "?"));
    const json = await run(["deployments", shop().id, "--json"]);
    assert.equal((JSON.parse(json.stdout) as { phase: string }[])[0]?.phase, "CANCELED");
    const again = await run(["cancel", "shop"]);
    assert.deepEqual([again.code, again.stdout], [1, ""]);
    assert.match(again.output, /No deployment .*shop.* in progress/);
    assert.match((await run(["deployments", "shp"])).output, /\bshp\b.* mean shop\?/);
  });

  it("lists apps that are not managed by any of the given stacks and changes nothing", async () => {
    const stack = await TestStack.create(emulator);
    try {
      stack.declare({ managed: { spec: { services: [{ ...spec.services[0], envs: [] }] }, wait: false } });
      await stack.mustUp();
      const file = join(folder.path, "dev.json");
      await stack.run(["stack", "export", "--file", file]);
      emulator.clearCalls();

      const found = await run(["orphans", file]);
      assert.equal(found.code, 0, found.output);
      assert.ok(found.stdout.includes(`adopt: "${shop().id}"`), found.stdout);
      assert.ok(found.stdout.includes(`https://cloud.digitalocean.com/apps/${shop().id}`), found.stdout);
      assert.ok(!found.stdout.includes(stack.resource("managed").id), found.stdout);
      assert.equal((await run(["orphans", file, "--exit-code"])).code, 1);
      const [first, ...more] = JSON.parse((await run(["orphans", file, "--json"])).stdout) as {
        id: string;
      }[];
      assert.deepEqual([first?.id, more], [shop().id, []]);
      assert.deepEqual(writes(emulator), []);

      writeFileSync(file, `password: ${SECRET}`);
      const refused = await run(["orphans", file]);
      assert.deepEqual([refused.code, refused.stdout], [1, ""]);
      assert.match(refused.output, /dev\.json .*`pulumi stack export`/);
      assert.ok(!refused.output.includes(SECRET));
      assert.equal((await run(["orphans", join(folder.path, "none.json")])).code, 1);
      assert.equal((await run(["orphans"])).code, 2);
      await stack.destroy();
    } finally {
      stack.remove();
    }
  });

  it("imports all apps without secrets using the printed command, and the next preview has no changes", async () => {
    const stack = await TestStack.create(emulator);
    try {
      const file = join(folder.path, "my import.json");
      const front = { name: "front", services: [{ name: "web", image: IMAGE, http_port: 80 }] };
      await call("POST", "/v2/apps", { spec: front });
      const made = await run(["import", "--all", "--out", file]);
      assert.equal(made.code, 0, made.output);
      const printed = /^Next: pulumi (.*)$/m.exec(made.stderr)?.[1] ?? assert.fail(made.output);
      const text = readFileSync(file, "utf8");
      assert.ok(!text.includes(SECRET) && !text.includes("EV[") && text.includes(KEPT_SECRET));
      assert.equal(statSync(file).mode & 0o077, 0);
      const kept = await run(["import", "shop", "--out", file]);
      assert.deepEqual([kept.code, kept.stdout], [1, ""]);
      assert.match(kept.output, /--force/);

      const { app } = (await call("GET", `/v2/apps/${shop().id}`)) as { app: { spec: unknown } };
      // One spec as the service returns it, the other as it was created.
      stack.declare({ shop: { spec: hideSecrets(app.spec) }, front: { spec: front } });
      // Split like a shell does.
      const args = [...printed.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      const imported = await stack.run(args);
      assert.equal(imported.code, 0, imported.output);
      assert.equal(stack.resource("shop").id, shop().id);
      assert.ok(stack.resource("front").id !== shop().id);
      const preview = await stack.run(["preview", "--expect-no-changes", "--diff"]);
      assert.equal(preview.code, 0, preview.output);
      assert.deepEqual(writes(emulator), []);
      const refreshed = await stack.run(["refresh", "--yes", "--expect-no-changes"]);
      assert.equal(refreshed.code, 0, refreshed.output);
      assert.doesNotMatch(JSON.stringify(stack.resource("shop")), /EV\[/);
      succeeded(await stack.run(["up", "--yes", "--skip-preview", "--expect-no-changes"]));
      assert.deepEqual(writes(emulator), []);
    } finally {
      stack.remove();
    }
  });
});
