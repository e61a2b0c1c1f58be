import assert from "node:assert/strict";
import { Client } from "../../../provider/api/client";
import { report } from "../../../provider/cli/report";
import { runCommand } from "../../helpers/command";
import { eachInItsWorld, TOKEN } from "../../helpers/world/provider-world";

const TYPE = "app-platform:index:App";
const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx" };
const UNKNOWN_ID = "11111111-2222-4333-8444-000000000001";
const spec = (count: number, more: object = {}): Record<string, unknown> => ({
  name: "shop",
  services: {
    web: {
      image: { ...image, registry_credentials: "[secret]" },
      instance_count: count,
      envs: { KEY: { type: "SECRET", value: "[secret]" } },
      ...more,
    },
  },
});

describe("app-platform report, with a token", () => {
  const world = eachInItsWorld();
  const env = (token = TOKEN) => ({ DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_API_URL: world.emulator.url });

  async function preview(): Promise<string> {
    const client = new Client({ token: TOKEN, baseUrl: world.emulator.url });
    const { id } = await client.createApp({ spec: { name: "shop", services: [{ name: "web", image }] } });
    const step = (op: string, name: string, olds: unknown, news: unknown): object => ({
      op,
      urn: `urn:pulumi:dev::shop::${TYPE}::${name}`,
      ...(olds !== undefined && { oldState: { type: TYPE, id, inputs: { spec: olds } } }),
      ...(news !== undefined && { newState: { type: TYPE, inputs: { spec: news } } }),
    });
    const unknown = { instance_size_slug: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    return JSON.stringify({
      steps: [
        step("update", "shop", spec(1), spec(3)),
        step("create", "new", undefined, { ...spec(2), name: "new" }),
        step("delete", "gone", spec(1), undefined),
        step("update", "open", spec(1), spec(1, unknown)),
      ],
    });
  }

  it("adds the prices of new, changed and deleted apps, without sending what it does not know", async () => {
    const input = await preview();
    world.emulator.clearCalls();
    const { out, err } = await runCommand(report, ["-"], env(), { input });
    assert.equal(err, "");
    const prices = [...out.matchAll(/#### `(\w+)`[^]*?\n(?=#### |$)/g)];
    assert.ok(prices.length >= 3);
    for (const price of [
      /`shop` · update[^]*\$5 → \$15 a month/,
      /`new`[^]*\$0 → \$10 a month/,
      /`gone`[^]*\$5 → \$0 a month/,
    ])
      assert.match(out, price);
    assert.match(out, /\+ web \(service\): create, 2 × apps-s-1vcpu-0\.5gb, \$10 a month/);
    assert.match(out, /\*\* · \$10 → \$25 a month, without 1 whose price is unknown/);
    const calls = world.emulator.calls.map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual([...new Set(calls)].sort(), [
      "GET /v2/apps/tiers/instance_sizes",
      "POST /v2/apps/propose",
    ]);
    assert.doesNotMatch(JSON.stringify(world.emulator.calls), /\[secret\]|04da6b54/);
  });

  it("shows what the adoption of an app changes, and its price", async () => {
    const client = new Client({ token: TOKEN, baseUrl: world.emulator.url });
    const { id } = await client.createApp({
      spec: { name: "shop", services: [{ name: "web", image, instance_count: 1 }] },
    });
    await world.clock.sleep(600_000);
    const adoption = (name: string, adopt: unknown): object => ({
      op: "create",
      urn: `urn:pulumi:dev::shop::${TYPE}::${name}`,
      newState: {
        type: TYPE,
        inputs: { adopt, spec: { name, services: { web: { image, instance_count: 3 } } } },
      },
    });
    const input = JSON.stringify({ steps: [adoption("shop", true), adoption("gone", UNKNOWN_ID)] });
    const { out } = await runCommand(report, ["-"], env(), { input });
    assert.match(
      out,
      /`shop` · adopt\n\n```diff\n {2}an existing app is adopted\n~ web \(service\): .*instance_count changed\n```/,
    );
    assert.match(out, new RegExp(`\\$5 → \\$15 a month · \\[control panel\\]\\(\\S+/${id}\\)`));
    assert.match(out, /`gone` · adopt\n\n```diff\n {2}an existing app is adopted: the log of the run/);
  });

  it("works without prices if the token is rejected, and sends no request with --offline", async () => {
    const input = await preview();
    const { out, err, code } = await runCommand(report, ["-"], env("another"), { input });
    assert.equal(code, 0);
    assert.match(err, /no prices/);
    assert.doesNotMatch(out, /\$\d/);
    world.emulator.clearCalls();
    await runCommand(report, ["-", "--offline"], env(), { input });
    assert.deepEqual(world.emulator.calls, []);
  });
});
