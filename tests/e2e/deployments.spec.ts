import assert from "node:assert/strict";
import { join } from "node:path";
import { createEmulator, type Emulator, type StoredApp } from "app-platform-emulator";
import { TOP } from "../../tools/pulumi-project";
import { hideSecrets, succeeded, TestStack, TOKEN, writes, type StateResource } from "../helpers/e2e";

const SECRET = "s3cret-of-another-program";
const IMAGE = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const web = (more: object = {}) => ({ name: "web", image: IMAGE, http_port: 80, ...more });
const shop = {
  name: "shop",
  services: [web({ envs: [{ key: "TOKEN", value: SECRET, type: "SECRET" }] })],
};

describe("existing apps in a program", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let id: string;

  /** Creates an app outside Pulumi. */
  async function existing(spec: object): Promise<string> {
    const answer = await fetch(`${emulator.url}/v2/apps`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ spec }),
    });
    const { app } = (await answer.json()) as { app: { id: string } };
    return app.id;
  }

  async function start(example: string, spec: object): Promise<void> {
    emulator = await createEmulator({
      deploySeconds: 0.02,
      otherwise: ["deleted-at-once=0.02"],
      token: TOKEN,
      rateLimit: false,
    });
    stack = await TestStack.create(emulator, { program: join(TOP, "examples", example) });
    id = await existing(spec);
  }
  async function end(): Promise<void> {
    stack?.remove();
    await emulator?.close();
  }

  const app = (): StoredApp => emulator.apps()[0] ?? assert.fail("there is no app");
  const newest = () => app().deployments.at(-1) ?? assert.fail("there is no deployment");
  const config = (values: Record<string, string>): string[] =>
    Object.entries(values).flatMap(([key, value]) => ["--config", `${key}=${value}`]);
  /** `pulumi up` with its full preview. */
  const shownUp = (values: Record<string, string>) => stack.run(["up", "--yes", "--diff", ...config(values)]);
  const inState = (name: string): StateResource & { external?: boolean } => {
    const { checkpoint } = JSON.parse(stack.project.stateText()) as {
      checkpoint: { latest: { resources: StateResource[] } };
    };
    return (
      checkpoint.latest.resources.find(({ urn }) => urn.endsWith(`::${name}`)) ??
      assert.fail(`${name} is not in the state`)
    );
  };

  describe("released and rolled back (examples/deployments)", () => {
    before(() => start("deployments", shop));
    after(end);

    it("pulumi up reads the app and deploys it once per commit", async () => {
      const { output } = await stack.mustUp(config({ appId: id, commit: "a" }));
      assert.deepEqual(writes(emulator), ["POST /v2/apps/shop/deployments"]);
      assert.match(output, /url\s*: "https:\/\/shop-/);
      assert.match(output, /phase\s*: "ACTIVE"/);
      assert.equal(inState("release").id, newest().id);
      assert.equal(inState("app").external, true);
    });

    it("the app's secrets never leave the service", () => {
      const { outputs } = inState("app");
      assert.match(JSON.stringify(outputs["spec"]), /secret held by the service/);
      assert.ok("ciphertext" in (outputs["__liveSpec"] as object));
      assert.doesNotMatch(JSON.stringify(hideSecrets(stack.project.stateText())), /EV\[|s3cret/);
    });

    it("a second up changes nothing", async () => {
      const { output } = await stack.mustUp();
      assert.match(output, /unchanged/);
      assert.doesNotMatch(output, /updated|replaced/);
      assert.deepEqual(writes(emulator), []);
    });

    it("a new commit is the only change shown, fails with the log, and is retried in the next up", async () => {
      emulator.failNext({ component: "web", step: "deploy", log: ["error: no such module left-pad"] });
      const { code, output } = await shownUp({ commit: "b" });
      assert.notEqual(code, 0);
      assert.match(output, /~ .*Deployment: \(update\)/);
      assert.match(output, /commit: "a" => "b"/);
      assert.match(output, /web: deploy failed[^]*\| .*no such module left-pad/);
      const before = app().deployments.length;
      await stack.mustUp();
      assert.equal(app().deployments.length, before + 1);
      assert.equal(inState("release").outputs["deploymentId"], newest().id);
    });

    it("a rollback pins the app, and the program commits or reverts it", async () => {
      const { output } = await stack.mustUp(config({ rollback: "pinned" }));
      assert.deepEqual(writes(emulator), [
        "POST /v2/apps/shop/rollback/validate",
        "POST /v2/apps/shop/rollback",
      ]);
      assert.equal(app().pinned?.deployment.id, inState("back").id);
      assert.match(output, /runs\s*: .*"[0-9a-f-]{36}, pinned"/);

      const refused = await stack.up(config({ commit: "c" }));
      assert.notEqual(refused.code, 0);
      assert.match(refused.output, /is pinned to [^]*state to "committed" or "reverted"/);
      assert.deepEqual(writes(emulator), []);

      const reverted = succeeded(await shownUp({ commit: "b", rollback: "reverted" }));
      assert.match(reverted.output, /~ state *: "pinned" => "reverted"/);
      assert.deepEqual(writes(emulator), ["POST /v2/apps/shop/rollback/revert"]);
      assert.equal(app().pinned, undefined);
    });

    it("a rollback can be created and committed in one run, and the app is no longer pinned", async () => {
      succeeded(await stack.run(["config", "rm", "rollback"]));
      await stack.mustUp();
      assert.deepEqual(writes(emulator), []);
      await stack.mustUp(config({ rollback: "committed" }));
      assert.deepEqual(writes(emulator), [
        "POST /v2/apps/shop/rollback/validate",
        "POST /v2/apps/shop/rollback",
        "POST /v2/apps/shop/rollback/commit",
      ]);
      assert.equal(app().pinned, undefined);
      const { id: back, outputs } = inState("back");
      assert.equal(back, newest().id);
      assert.deepEqual(
        [outputs["state"], outputs["pinned"], outputs["phase"]],
        ["committed", false, "ACTIVE"],
      );
    });

    it("an app that does not exist is named in the error", async () => {
      const unknown = "00000000-0000-4000-8000-000000000000";
      const { code, output } = await stack.run(["preview", ...config({ appId: unknown })]);
      assert.notEqual(code, 0);
      assert.match(output, new RegExp(`no app .*${unknown}.*shop`));
    });

    it("pulumi destroy leaves the app unchanged", async () => {
      const before = app().deployments.length;
      succeeded(await stack.destroy(config({ appId: id })));
      assert.deepEqual(writes(emulator), []);
      assert.equal(app().deployments.length, before);
    });
  });

  describe("taken over (examples/adopt)", () => {
    before(() => start("adopt", { name: "shop", services: [web()] }));
    after(end);

    it("pulumi up reads the app and changes nothing", async () => {
      const { output } = await stack.mustUp(config({ appId: id, name: "shop" }));
      assert.match(output, /components\s*: \[\s*\[0\]: "web"/);
      assert.deepEqual(writes(emulator), []);
    });

    it("adoption manages the app without a deployment when the program matches it", async () => {
      await stack.mustUp(config({ manage: "true" }));
      assert.deepEqual(writes(emulator), []);
      assert.equal(app().deployments.length, 1);
      assert.equal(inState("managed").id, id);
      assert.notEqual(inState("managed").external, true);
    });

    it("up --refresh reports a change made outside Pulumi and reverts it", async () => {
      emulator.editApp("shop", (spec) => void (spec.services![0]!.instance_count = 3));
      const { output } = await stack.mustUp(["--refresh"]);
      assert.match(output, /changed at the service: .*services\.web\.instance_count/);
      assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop"]);
    });

    it("pulumi destroy cannot delete the protected app", async () => {
      const { code, output } = await stack.destroy();
      assert.notEqual(code, 0);
      assert.match(output, /protected/);
      assert.equal(emulator.apps().length, 1);
    });
  });
});
