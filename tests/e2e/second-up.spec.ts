import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { hideSecrets, succeeded, TestStack, TOKEN, writes, type StateResource } from "../helpers/e2e";
import type { CommandResult } from "../../tools/pulumi-project";

const SECRETS = {
  session: "session-s3cret-of-the-app",
  token: "web-s3cret-token",
  registry: "someone:registry-s3cret",
  datadog: "datadog-s3cret-key",
  logtail: "logtail-s3cret-token",
  search: "search-s3cret-password",
  header: "header-s3cret-value",
};

const image = { registry_type: "DOCKER_HUB", registry: "acme", repository: "web", tag: "1.0" };

/** Everything that the service returns in a different form than it was sent. */
const SPEC = {
  region: "fra",
  envs: [
    { key: "STAGE", value: "production" },
    { key: "SESSION", value: { $secret: SECRETS.session }, type: "SECRET", scope: "RUN_TIME" },
  ],
  alerts: [{ rule: "DEPLOYMENT_FAILED" }, { rule: "DOMAIN_FAILED", disabled: true }],
  domains: [
    { domain: "shop.example.com", type: "PRIMARY", zone: "example.com" },
    { domain: "www.example.org", type: "ALIAS" },
  ],
  services: [
    {
      name: "web",
      image: { ...image, registry_credentials: SECRETS.registry },
      instance_count: "2",
      http_port: "8080",
      routes: [{ path: "/api", preserve_path_prefix: true }],
      envs: [
        { key: "PORT_NUMBER", value: 8080 },
        { key: "ZIP", value: "01234" },
        // Not marked as a secret by the program; its type makes it one.
        { key: "TOKEN", value: SECRETS.token, type: "SECRET" },
      ],
      alerts: [{ rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: "80.5", window: "TEN_MINUTES" }],
      log_destinations: [
        { name: "dog", datadog: { endpoint: "https://logs.example.com", api_key: SECRETS.datadog } },
        { name: "tail", logtail: { token: SECRETS.logtail } },
        {
          name: "search",
          open_search: {
            endpoint: "https://search.example.com:9200",
            basic_auth: { user: "writer", password: SECRETS.search },
          },
        },
        {
          name: "own",
          endpoint: "https://collect.example.com",
          headers: [{ key: "Authorization", value: SECRETS.header }],
        },
      ],
    },
  ],
  static_sites: [
    {
      name: "site",
      github: { repo: "acme/site", branch: "main", deploy_on_push: false },
      routes: [{ path: "/" }],
    },
  ],
};

describe("an app whose fields all come back in a different form", function () {
  this.timeout(300_000);
  let emulator: Emulator;
  let stack: TestStack;
  let created: CommandResult;
  let afterCreation: StateResource;
  const printed: string[] = [];

  before(async () => {
    emulator = await createEmulator({ deploySeconds: 0.02, token: TOKEN, rateLimit: false });
    stack = await TestStack.create(emulator);
    stack.declare(
      { shop: { spec: SPEC } },
      { spec: "shop.spec", live: "shop.liveSpec", url: "shop.liveUrl" },
    );
    created = await stack.mustUp();
    printed.push(created.output);
    afterCreation = stack.resource("shop");
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
  });

  it("is created with one write", () => {
    assert.deepEqual(writes(emulator), ["POST /v2/apps"]);
    assert.match(created.output, /2 created/);
    assert.equal(emulator.apps().length, 1);
  });

  it("receives the program's values, with its secrets and numbers", () => {
    const app = emulator.apps()[0];
    const web = app?.spec.services?.[0];
    assert.equal(web?.instance_count, 2);
    assert.equal(web?.http_port, 8080);
    const value = (key: string) => web?.envs?.find((env) => env.key === key)?.value ?? "";
    assert.equal(value("PORT_NUMBER"), "8080");
    assert.equal(value("ZIP"), "01234");
    assert.equal(app?.plain(value("TOKEN")), SECRETS.token);
    assert.equal(app?.plain(String(web?.image?.["registry_credentials"])), SECRETS.registry);
  });

  it("is not touched by a second up, which shows no changes", async () => {
    const again = succeeded(await stack.run(["up", "--yes"]));
    printed.push(again.output);
    assert.deepEqual(writes(emulator), []);
    assert.match(again.output, /2 unchanged/);
    assert.doesNotMatch(again.output, /to update|updated|error:/);
  });

  it("shows no drift in a refresh, and the preview after it expects no changes", async () => {
    const refreshed = await stack.refresh();
    printed.push(refreshed.output);
    assert.deepEqual(writes(emulator), []);
    assert.match(refreshed.output, /2 unchanged/);
    assert.deepEqual(hideSecrets(stack.resource("shop").inputs), hideSecrets(afterCreation.inputs));

    const preview = await stack.run(["preview", "--expect-no-changes", "--diff"]);
    printed.push(preview.output);
    assert.equal(preview.code, 0, preview.output);
    assert.deepEqual(writes(emulator), []);
  });

  it("appears without its secrets in the outputs of the program", async () => {
    const outputs = succeeded(await stack.project.run(["stack", "output"]));
    printed.push(outputs.output);
    assert.match(outputs.stdout, /^\s*spec\s+\[secret\]$/m);
    assert.match(outputs.stdout, /^\s*live\s+\[secret\]$/m);
    assert.match(outputs.stdout, /^\s*url\s+https:/m);
  });

  it("has no secret, ciphertext or token in plain text in the state or the output", () => {
    const places = { state: stack.project.stateText(), output: printed.join("\n") };
    for (const [place, text] of Object.entries(places)) {
      for (const secret of [...Object.values(SECRETS), TOKEN])
        assert.equal(text.includes(secret), false, `${secret} stands in the ${place}`);
      assert.doesNotMatch(text, /EV\[/, `ciphertext stands in the ${place}`);
    }
  });

  it("stores every secret separately in the state, next to its plain values", () => {
    for (const { spec } of [afterCreation.inputs, afterCreation.outputs] as {
      spec: {
        envs: Record<string, { value: unknown }>;
        services: Record<
          string,
          { envs: Record<string, { value: unknown }>; image: Record<string, unknown> }
        >;
      };
    }[]) {
      assert.equal(spec.envs["STAGE"]?.value, "production");
      assert.equal(spec.services["web"]?.image["tag"], "1.0");
      for (const hidden of [
        spec.envs["SESSION"]?.value,
        spec.services["web"]?.envs["TOKEN"]?.value,
        spec.services["web"]?.image["registry_credentials"],
      ])
        assert.ok((hidden as { ciphertext?: string }).ciphertext, JSON.stringify(hidden));
    }
  });

  it("has less than 100 bytes of code in the state", () => {
    for (const properties of [afterCreation.inputs, afterCreation.outputs]) {
      const code = String(properties["__provider"]);
      assert.match(code, /require\("pulumi-app-platform\/provider"\)/);
      assert.ok(Buffer.byteLength(code) < 100, code);
    }
  });

  it("is deleted with a backup whose name and path reveal no secret", async () => {
    const destroyed = succeeded(await stack.destroy());
    const backup = /app-spec-backups\/\S+?\.yaml/.exec(destroyed.output)?.[0] ?? "";
    assert.match(backup, /^app-spec-backups\/shop-\d{8}-\d{6}\.yaml$/);
    const text = stack.read(backup);
    for (const secret of [...Object.values(SECRETS), TOKEN]) {
      assert.equal(destroyed.output.includes(secret), false, `${secret} stands in the output`);
      assert.equal(text.includes(secret), false, `${secret} stands in the backup`);
    }
    assert.doesNotMatch(destroyed.output, /EV\[/);
  });
});
