import assert from "node:assert/strict";
import { succeeded, TestStack, TOKEN, writes } from "../helpers/e2e";
import { CREATE, LongDeployment, UPDATE } from "../helpers/world/long-deployment";

describe("two concurrent runs on one app, from two stacks", function () {
  this.timeout(300_000);
  let long: LongDeployment;
  let other: TestStack;

  before(async () => {
    long = await LongDeployment.start();
    const env = { DIGITALOCEAN_API_URL: long.emulator.url, DIGITALOCEAN_TOKEN: TOKEN };
    other = await TestStack.create(long.emulator, { env });
    long.declare(1);
    const { running } = await long.begin(CREATE);
    long.end();
    succeeded(await running);
    long.declare(1, other, { adopt: true });
    await other.mustUp();
  });

  after(async () => {
    other?.remove();
    await long?.close();
  });

  it("create one deployment each; the earlier run follows the later one, reports it, and nothing loops", async () => {
    long.declare(2);
    const earlier = await long.begin(UPDATE);
    long.declare(3, other, { adopt: true });
    const later = await long.begin(UPDATE, other);
    // The earlier run finds its deployment canceled before the newer one finishes.
    await long.emulator.nextCall({ method: "GET", path: /\/deployments$/ });
    long.end();
    const [first, second] = await Promise.all([earlier.running, later.running]);
    assert.equal(first.code, 0, first.output);
    assert.equal(second.code, 0, second.output);
    const newest = long.deployments()[2]?.id;
    assert.equal(long.deployments().length, 3);
    assert.match(first.output, new RegExp(`Superseded by .*${newest}`));
    assert.match(second.output, /Changed at the service/);
    for (const stack of [long.stack, other])
      assert.deepEqual(long.recorded(stack), { id: newest, phase: "ACTIVE" });
    assert.deepEqual(writes(long.emulator), ["PUT /v2/apps/shop"]);
  });
});
