import assert from "node:assert/strict";
import { once } from "node:events";
import { createEmulator } from "../../../emulator/index";
import { endLeftovers, finished, listening, run } from "./command";

describe("emulator: its command", () => {
  afterEach(endLeftovers);

  it("reports its address, serves requests, and stops on a signal even with an open connection", async () => {
    const child = run("--port", "0", "--token", "right", "--verbose");
    const { url, lines } = await listening(child);
    assert.equal((await fetch(`${url}/v2/apps`)).status, 401);
    assert.equal(String((await lines.next()).value), "GET /v2/apps 401");
    const fault = { method: "POST", body: JSON.stringify({ fault: "timeout" }) };
    assert.equal((await fetch(`${url}/_emulator/faults`, fault)).status, 204);
    const arrived = fetch(`${url}/_emulator/calls/next?path=apps`);
    const waiting = async (): Promise<number> =>
      ((await (await fetch(`${url}/_emulator/waiting`)).json()) as { waiting: number }).waiting;
    while ((await waiting()) === 0);
    const open = assert.rejects(fetch(`${url}/v2/apps`));
    assert.equal((await arrived).status, 200);
    const [asked] = [Date.now(), child.kill("SIGTERM")];
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code, 0);
    assert.ok(Date.now() - asked < 1000);
    await open;
  });

  it("prints how programs connect, and never a token that was passed in", async () => {
    for (const [args, said] of [
      [[], "DIGITALOCEAN_TOKEN=anything"],
      [["--token", "right"], "DIGITALOCEAN_TOKEN=… # the value of --token"],
    ] as const) {
      const child = run("--port", "0", ...args);
      const ended = finished(child);
      await listening(child);
      child.kill("SIGTERM");
      const { out } = await ended;
      assert.ok(out.includes(said), out);
      assert.doesNotMatch(out, /right/);
    }
  });

  it("reports that the port is in use", async () => {
    const other = await createEmulator();
    const { code, err } = await finished(run("--port", String(other.port)));
    await other.close();
    assert.equal(code, 1);
    assert.match(err, new RegExp(`port ${other.port} is in use`));
  });

  it("reports unknown options and invalid values", async () => {
    const [unknown, bad, limit, empty, host] = await Promise.all([
      finished(run("--prot", "1")),
      finished(run("--deploy-seconds", "soon")),
      finished(run("--rate-limit", "some")),
      finished(run("--snapshot", "")),
      finished(run("--allow-host", "proxy.example.com", "--allow-host", "https://other.example.com")),
    ]);
    assert.deepEqual(
      [unknown, bad, limit, empty, host].map(({ code }) => code),
      [2, 2, 2, 2, 2],
    );
    assert.match(host.err, /--allow-host: "https:\/\/other\.example\.com"/);
    assert.match(empty.err, /--snapshot: is empty/);
    assert.match(unknown.err, /--prot/);
    assert.match(bad.err, /--deploy-seconds: "soon"/);
    assert.match(limit.err, /--rate-limit: "some"/);
  });

  it("prints its options and its version", async () => {
    const [help, version] = await Promise.all([finished(run("--help")), finished(run("--version"))]);
    assert.match(help.out, /--deploy-seconds[\s\S]*exit 1/);
    assert.deepEqual(
      help.out.split("\n").filter((line) => line.length > 80),
      [],
      "lines fit a terminal of 80 columns",
    );
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
  });
});
