import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator, type Emulator } from "../../../emulator/index";
import { TOP } from "../../../tools/pulumi-project";
import { liveRun, type Surroundings } from "../../../tools/live/run";
import { parseLive } from "../../../tools/live/target";

const TOKEN = "dop_v1_live0run0on0another0emulator";
const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "alpine" };

describe("npm run live -- --real, with another emulator as the service", () => {
  let service: Emulator;
  let folder: string;
  let stranger: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "live-"));
    service = await createEmulator({ token: TOKEN, deploySeconds: 0.1, rateLimit: false });
    // Somebody else's app with the prefix of live runs.
    stranger = await create("pap-live-of-somebody-else");
    service.clearCalls();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await service.close();
    rmSync(folder, { recursive: true });
  });

  async function create(name: string): Promise<string> {
    const response = await fetch(`${service.url}/v2/apps`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ spec: { name, region: "nyc", services: [{ name: "web", image }] } }),
    });
    return ((await response.json()) as { app: { id: string } }).app.id;
  }

  const record = (): { apps: string[]; requested?: { name: string }[] } =>
    JSON.parse(readFileSync(join(folder, "created.json"), "utf8")) as never;
  const left = (): string[] => service.apps().map(({ id }) => id);

  /** A run in this process. */
  async function run(
    args: readonly string[],
    { answer = "", ...more }: Partial<Surroundings> & { answer?: string } = {},
  ): Promise<{ code: number; output: string }> {
    const options = parseLive([...args, "--out", folder]);
    assert.ok(options !== "help");
    let output = "";
    const log = (line: string): void => void (output += `${line}\n`);
    const code = await liveRun(options, {
      env: { DIGITALOCEAN_TOKEN: TOKEN },
      service: service.url,
      ask: async (question) => (log(question), answer),
      log,
      signal: new AbortController().signal,
      visit: async () => {},
      interval: 20,
      ...more,
    });
    return { code, output };
  }

  /** A run in a process of its own. */
  function start(args: readonly string[], env: Record<string, string> = {}) {
    const program = join(TOP, "tests", "helpers", "processes", "live-run.ts");
    const node = ["--require", "tsx/cjs", program, service.url, ...args, "--out", folder];
    const child = spawn(process.execPath, node, {
      cwd: TOP,
      env: { ...process.env, DIGITALOCEAN_TOKEN: TOKEN, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    let output = "";
    let onOutput = (): void => {};
    child.stdout.setEncoding("utf8").on("data", (text: string) => ((output += text), onOutput()));
    return {
      child,
      ended: new Promise<number | null>((resolve) => child.once("close", resolve)),
      printed: (text: string) =>
        new Promise<void>((resolve) => {
          onOutput = () => void (output.includes(text) && resolve());
          onOutput();
        }),
    };
  }

  it("shows the price, and creates nothing unless the answer is yes", async () => {
    for (const answer of ["", "no", "y", "YES", "yes please"]) {
      const { code, output } = await run(["--real", "--contract"], { answer });
      assert.equal(code, 1);
      assert.match(output, /US\$5 a month/);
    }
    assert.deepEqual(service.calls, []);
  });

  for (const [how, args, answer] of [
    ["after yes", ["--real", "--contract"], "yes"],
    ["without a question with --yes", ["--real", "--contract", "--yes"], undefined],
  ] as const)
    it(`runs ${how}, deletes what it created, and nothing else`, async () => {
      const { code, output } = await run(args, answer === undefined ? {} : { answer });
      assert.equal(code, 0, output);
      assert.equal(output.includes("(yes/no)"), answer !== undefined);
      assert.match(output, /US\$5 a month/);
      assert.ok(service.calls.some(({ method, path }) => method === "POST" && path === "/v2/apps"));
      assert.deepEqual([left(), record().apps], [[stranger], []]);
      const report = readFileSync(join(folder, "report.json"), "utf8");
      assert.ok(!report.includes(TOKEN) && !report.includes(stranger));
    });

  it("sends nothing to the service without --real, even if the token is there", async () => {
    const stop = new AbortController();
    const visited: string[] = [];
    const { output } = await run(["--contract", "--yes"], {
      signal: stop.signal,
      log: (line) => void (line.includes("follows the run log") && stop.abort()),
      visit: async (url) => void visited.push(url),
    });
    assert.deepEqual([service.calls, visited, output], [[], [], ""]);
    assert.ok(!existsSync(join(folder, "created.json")));
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const)
    it(`leaves nothing after ${signal} in the middle`, async () => {
      const creation = { method: "POST", path: /^\/v2\/apps$/ };
      // The first one has an invalid spec; the response to the second one comes after the signal.
      service.faults.add({ ...creation, after: 1, fault: { delayMs: 300 } });
      const invalid = service.nextCall(creation);
      const { child, ended } = start(["--real", "--contract", "--yes"]);
      await invalid;
      await service.nextCall(creation);
      child.kill(signal);
      assert.equal(await ended, 1);
      assert.ok(service.calls.some(({ method }) => method === "DELETE"));
      assert.deepEqual([left(), record()], [[stranger], { apps: [] }]);
    });

  it("after a kill, --clean-up deletes exactly what was recorded, also if some is gone", async () => {
    const { child, ended, printed } = start(["--real", "--contract", "--yes"]);
    await printed("passed creates an app");
    child.kill("SIGKILL");
    await ended;
    const [id = ""] = record().apps;
    assert.deepEqual(left().sort(), [stranger, id].sort());

    service.faults.add({ method: "DELETE", times: 9, fault: { status: 500 } });
    const failed = await run(["--real", "--clean-up"]);
    assert.deepEqual([failed.code, record().apps], [1, [id]]);
    assert.ok(failed.output.includes(id));

    service.faults.clear();
    assert.equal((await run(["--real", "--clean-up"])).code, 0);
    assert.deepEqual([left(), record().apps], [[stranger], []]);
    assert.equal((await run(["--real", "--clean-up"])).code, 0);
  });

  it("deletes also when the rate limit refuses at first", async () => {
    const stop = new AbortController();
    const log = (line: string): void => void (line.startsWith("passed creates an app") && stop.abort());
    // The checks delete an unknown app before.
    service.faults.add({
      method: "DELETE",
      after: 1,
      fault: { status: 429, headers: { "retry-after": "1" } },
    });
    await run(["--real", "--contract", "--yes"], { signal: stop.signal, log });
    assert.ok(service.calls.some(({ method, status }) => method === "DELETE" && status === 429));
    assert.deepEqual([left(), record().apps], [[stranger], []]);
  });

  describe("when the response to a creation is lost", () => {
    beforeEach(() => {
      service.faults.add({ method: "POST", path: /^\/v2\/apps$/, after: 1, fault: "reset-after" });
    });
    const outOfSight = (): unknown =>
      service.faults.add({ method: "GET", path: /^\/v2\/apps$/, times: 999, fault: { status: 403 } });

    it("finds the app by the name that was recorded before the request, and deletes it", async () => {
      const { code } = await run(["--real", "--contract", "--yes"]);
      assert.equal(code, 1);
      assert.deepEqual([left(), record()], [[stranger], { apps: [] }]);
    });

    it("reports the name of an app that it cannot find, and finds it later", async () => {
      outOfSight();
      const { code, output } = await run(["--real", "--contract", "--yes"]);
      const [{ name } = { name: "" }] = record().requested ?? [];
      assert.match(name, /^pap-live-/);
      assert.ok(code === 1 && output.includes(name), output);
      assert.equal(left().length, 2);

      service.faults.clear();
      assert.equal((await run(["--real", "--clean-up"])).code, 0);
      assert.deepEqual([left(), record()], [[stranger], { apps: [] }]);
    });
  });

  it("connects to loopback only without --real, whatever the environment contains", async () => {
    const file = join(folder, "connections");
    const elsewhere = "http://192.0.2.1:9";
    const { child, ended, printed } = start(["--contract", "--yes"], {
      NODE_OPTIONS: `--require "${join(TOP, "tests", "helpers", "processes", "live-connections.cjs")}"`,
      LIVE_CONNECTIONS: file,
      DIGITALOCEAN_ACCESS_TOKEN: TOKEN,
      DIGITALOCEAN_API_URL: elsewhere,
      HTTPS_PROXY: elsewhere,
      HTTP_PROXY: elsewhere,
      PULUMI_CONFIG: JSON.stringify({ "digitalocean:token": TOKEN }),
      CI: "true",
    });
    await printed("passed follows the run log");
    child.kill("SIGTERM");
    await ended;
    const hosts = new Set(readFileSync(file, "utf8").trim().split("\n"));
    assert.deepEqual(
      [...hosts].filter((host) => !["127.0.0.1", "localhost"].includes(host)),
      [],
    );
    assert.ok(hosts.has("127.0.0.1"));
    assert.deepEqual(service.calls, []);
  });
});
