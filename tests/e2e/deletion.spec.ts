import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { createEmulator, type Emulator, type RecordedCall, type StoredApp } from "app-platform-emulator";
import type { CommandResult } from "../../tools/pulumi-project";
import { hideSecrets, succeeded, TestStack, TOKEN, writes, type Declaration } from "../helpers/e2e";

const SPEC = {
  services: [
    {
      name: "web",
      image: { registry_type: "DOCR", repository: "web", tag: "v1" },
      envs: [
        { key: "MODE", value: "production" },
        { key: "TOKEN", value: { $secret: "first-s3cret" }, type: "SECRET" },
      ],
    },
  ],
};

describe("app deletion with the real CLI", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let destroyed: CommandResult;
  /** Method and status of all calls per app during the destroy, in order. */
  let calls: Record<string, string[]>;
  let allCalls: RecordedCall[];
  let kept: StoredApp;
  let unbacked: StoredApp;
  let backup = "";

  const APPS: Record<string, Declaration> = {
    kept: { spec: SPEC },
    unbacked: { spec: SPEC, backup: false },
    blocked: { spec: SPEC, backup: { directory: "blocked-backups" } },
    "gone-before": { spec: SPEC },
    "gone-at-last": { spec: SPEC },
  };

  before(async () => {
    // Long enough that an app still responds after its deletion was accepted.
    emulator = await createEmulator({
      deploySeconds: 0.02,
      otherwise: ["deleted-at-once=0.5"],
      token: TOKEN,
      rateLimit: false,
    });
    stack = await TestStack.create(emulator);
    stack.declare(APPS);
    await stack.mustUp(["--parallel", "20"]);
    kept = appOf("kept") as StoredApp;
    unbacked = appOf("unbacked") as StoredApp;
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  const appOf = (name: string): StoredApp | undefined =>
    emulator.apps().find(({ spec }) => spec.name === name);

  /** Deletes an app at the service, outside Pulumi. Returns when the app is gone. */
  async function deleteOutside(name: string): Promise<void> {
    const address = `${emulator.url}/v2/apps/${appOf(name)?.id ?? ""}`;
    const request = (method: string) =>
      fetch(address, { method, headers: { authorization: `Bearer ${TOKEN}` } });
    assert.equal((await request("DELETE")).status, 200);
    while ((await request("GET")).status === 200);
  }

  it("refresh notices an app that was deleted outside Pulumi", async () => {
    await deleteOutside("gone-before");
    const refreshed = await stack.refresh();
    assert.equal(stack.resources()["gone-before"], undefined);
    assert.match(refreshed.output, /1 deleted/);
    assert.deepEqual(Object.keys(stack.resources()).sort(), ["blocked", "gone-at-last", "kept", "unbacked"]);
  });

  it("destroy continues with the other apps when one deletion fails", async () => {
    await deleteOutside("gone-at-last");
    stack.write("blocked-backups", "a file where the folder should be");
    const ids = Object.entries(stack.resources()).map(([name, { id }]) => [name, id] as const);
    destroyed = await stack.destroy(["--continue-on-error", "--parallel", "20"]);
    calls = Object.fromEntries(
      ids.map(([name, id]) => [
        name,
        emulator.calls
          .filter(({ path }) => path.includes(id))
          .map(({ method, status }) => `${method} ${status ?? ""}`),
      ]),
    );
    allCalls = [...emulator.calls];
    assert.notEqual(destroyed.code, 0);
    assert.deepEqual(Object.keys(stack.resources()), ["blocked"]);
    assert.deepEqual(
      emulator.apps().map(({ spec }) => spec.name),
      ["blocked"],
    );
  });

  it("destroy returns only after the app is gone", () => {
    for (const app of [kept, unbacked]) {
      const { name } = app.spec;
      assert.equal(
        (calls[name] ?? []).filter((call) => call.startsWith("DELETE")).join(),
        "DELETE 200",
        name,
      );
      const looks = allCalls.filter(({ method, at }) => method === "GET" && at >= (app.goneAt ?? Infinity));
      assert.ok(looks.length > 0, `nobody looked after ${name} was gone`);
    }
  });

  it("destroy writes a backup first, readable only by its owner, and reports its path and how to use it", () => {
    backup = /app-spec-backups\/kept-\S+?\.yaml/.exec(destroyed.output)?.[0] ?? "";
    assert.ok(existsSync(stack.path(backup)), destroyed.output);
    assert.equal(statSync(stack.path(backup)).mode & 0o077, 0);
    assert.match(destroyed.output, /warning: kept: The app kept .*shut down for good/);
    assert.match(destroyed.output, /new App\("kept", \{ spec: loadSpec\("app-spec-backups\/kept-/);
    assert.match(destroyed.output, /secrets .*again: web\.TOKEN/);
    assert.doesNotMatch(destroyed.output + readFileSync(stack.path(backup), "utf8"), /s3cret/);
  });

  it("destroy with backup: false writes no backup and reports that", () => {
    assert.match(destroyed.output, /The app unbacked .*not backed up, because backup is false/);
    assert.doesNotMatch(destroyed.output, /backups\/unbacked/);
  });

  it("destroy deletes nothing when the backup cannot be written", () => {
    assert.equal((calls["blocked"] ?? []).filter((call) => call.startsWith("DELETE")).length, 0);
    assert.match(destroyed.output, /The app was not deleted.*backed up .*blocked-backups/);
    assert.doesNotMatch(destroyed.output, /^\s+at /m);
    assert.equal(appOf("blocked")?.goneAt, undefined);
  });

  it("destroy succeeds for an app that is already gone", () => {
    assert.deepEqual(
      (calls["gone-at-last"] ?? []).filter((call) => call.startsWith("DELETE 200")),
      [],
    );
    assert.equal(stack.resources()["gone-at-last"], undefined);
  });

  it("destroy succeeds once the backup can be written", async () => {
    rmSync(stack.path("blocked-backups"));
    const result = succeeded(await stack.destroy());
    assert.match(result.output, /blocked-backups\/blocked-\S+\.yaml/);
    assert.deepEqual(emulator.apps(), []);
  });

  it("restoring from a backup requires its secrets and lists the missing ones", async () => {
    stack.declare({ kept: { spec: { $file: backup } } });
    const result = await stack.up();
    assert.notEqual(result.code, 0);
    assert.match(result.output, /web\.TOKEN/);
    assert.doesNotMatch(result.output, /EV\[|^\s+at /m);
    assert.deepEqual(writes(emulator), []);
  });

  it("restoring from a backup with the secrets recreates the same app", async () => {
    stack.declare({
      kept: { spec: { $file: backup, secrets: { "web.TOKEN": { $secret: "second-s3cret" } } } },
    });
    await stack.mustUp();
    const again = appOf("kept") as StoredApp;
    const withoutSecrets = (app: StoredApp): unknown =>
      JSON.parse(JSON.stringify(app.spec), (_key, part: unknown) =>
        typeof part === "string" && part.startsWith("EV[") ? "secret" : part,
      );
    assert.deepEqual(withoutSecrets(again), withoutSecrets(kept));
    const token = again.spec.services?.[0]?.envs?.find(({ key }) => key === "TOKEN")?.value ?? "";
    assert.equal(again.plain(token), "second-s3cret");
    const { spec } = hideSecrets(stack.resource("kept").inputs) as {
      spec: { services: { web: { envs: { TOKEN: { value: string } } } } };
    };
    assert.equal(spec.services.web.envs.TOKEN.value, "[secret]");
    assert.doesNotMatch(stack.project.stateText(), /s3cret|EV\[/);
  });
});
