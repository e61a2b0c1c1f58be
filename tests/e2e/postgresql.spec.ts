import assert from "node:assert/strict";
import { createEmulator, type Emulator } from "app-platform-emulator";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";
import { startPostgreSql, type PostgreSql } from "../helpers/processes/postgresql";

const SECRET = "postgresql-s3cret-value";
const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };
const spec = (count: number) => ({
  name: "shop",
  services: [
    {
      name: "web",
      image,
      instance_count: count,
      envs: [{ key: "KEY", value: { $secret: SECRET }, type: "SECRET" }],
    },
  ],
});

describe("a stack whose state is in PostgreSQL", function () {
  this.timeout(300_000);
  let database: PostgreSql | undefined;
  let emulator: Emulator;
  let stack: TestStack;

  before(async function () {
    database = await startPostgreSql();
    if (!database) {
      console.error("    skipped: no PostgreSQL server is installed (initdb, postgres, psql)");
      return this.skip();
    }
    emulator = await createEmulator({ deploySeconds: 0.1, token: TOKEN });
    stack = await TestStack.create(emulator, {
      env: {
        DIGITALOCEAN_API_URL: emulator.url,
        DIGITALOCEAN_TOKEN: TOKEN,
        PULUMI_BACKEND_URL: database.url,
        PGPASSWORD: database.password,
      },
    });
  });

  after(async () => {
    stack?.remove();
    await emulator?.close();
    await database?.stop();
  });

  const state = (): string =>
    database?.query(
      "SELECT convert_from(decode(data->>'data', 'base64'), 'UTF8') FROM pulumi_state WHERE key LIKE '%/stacks/apps/dev.json'",
    ) ?? "";

  it("up records the app in the database, with its secrets encrypted", async () => {
    stack.declare({ shop: { spec: spec(1) } });
    await stack.mustUp();
    assert.match(state(), /app-platform:App::shop/);
    assert.doesNotMatch(state(), new RegExp(`${SECRET}|${TOKEN}`));
  });

  it("the next runs find it there: a second up changes nothing, and a change is one update", async () => {
    await stack.mustUp(["--expect-no-changes"]);
    stack.declare({ shop: { spec: spec(2) } });
    await stack.mustUp();
    assert.deepEqual(writes(emulator), ["PUT /v2/apps/shop"]);
  });

  it("destroy deletes it, and stack rm the stack", async () => {
    succeeded(await stack.destroy());
    assert.deepEqual(emulator.apps(), []);
    succeeded(await stack.run(["stack", "rm", "dev", "--yes"]));
    assert.equal(state(), "");
  });
});
