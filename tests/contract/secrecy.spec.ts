import assert from "node:assert/strict";
import { changed, eachInItsWorld, inputs, SECRET, SHOP } from "../helpers/provider-world";
import type { AppSpec } from "../../provider/spec/types";

const withSecret = (value: string): AppSpec =>
  changed((spec) => void Object.assign(spec.services?.[0]?.envs?.[1] ?? {}, { value }));

const KEY = `-----BEGIN PRIVATE KEY-----\n${"c2VjcmV0".repeat(6)}\n${"a2V5a2V5".repeat(6)}\n-----END PRIVATE KEY-----\n`;

describe("what an operation says of secrets", () => {
  // What is told is searched for SECRET after each test as well, see eachInItsWorld.
  const world = eachInItsWorld();

  async function failed(spec: AppSpec, log: string[], message = "The build failed."): Promise<string> {
    const reason = { code: "BuildJobExitNonZero", message };
    world.emulator.failNext({ component: "web", step: "build", log, reason });
    return (await world.initFailure(world.create(inputs(spec)))).reasons.join("\n");
  }

  it("names the component that failed, also where a secret is the same word, and masks that in the words of others", async () => {
    const said = await failed(
      withSecret("web"),
      ["password: web", "wrong"],
      "npm login --password web failed",
    );
    assert.match(said, /^web: build failed: BuildJobExitNonZero – npm login --password \*\*\* failed$/m);
    assert.match(said, /password: \*\*\*$/m);
    assert.doesNotMatch(said, /password:? web/);
  });

  it("masks the same word where the service refuses a spec, which it may repeat", async () => {
    world.emulator.faults.add({
      method: "POST",
      path: /\/v2\/apps$/,
      fault: {
        status: 422,
        body: { id: "unprocessable_entity", message: 'value "web" of API_TOKEN is too short' },
      },
    });
    const { message } = await world.failure(world.create(inputs(withSecret("web"))));
    assert.match(message, /value "\*\*\*" of API_TOKEN is too short/);
  });

  it("masks a secret of several lines, however the log cuts it", async () => {
    const said = await failed(withSecret(KEY), [
      "using",
      ...KEY.trim().split("\n"),
      `as ${JSON.stringify(KEY)}`,
    ]);
    for (const line of KEY.trim().split("\n")) assert.ok(!said.includes(line), said);
    assert.match(said, /using/);
  });

  it("masks what is encoded in a log", async () => {
    const encoded = [
      Buffer.from(`user:${SECRET}`).toString("base64"),
      JSON.stringify(JSON.stringify({ SECRET })),
      encodeURIComponent(SECRET),
    ];
    const said = await failed(
      SHOP,
      encoded.map((text) => `sent ${text}`),
    );
    assert.equal(said.match(/sent/g)?.length, encoded.length);
    for (const text of encoded) assert.ok(!said.includes(text), said);
    assert.ok(!said.includes(Buffer.from(SECRET).toString("base64").slice(0, 12)), said);
  });

  it("masks credentials that only the service knows, by their looks", async () => {
    const said = await failed(SHOP, ["cannot reach postgresql://shop:AVNS_x1y2@db.example:25060/shop"]);
    assert.match(said, /postgresql:\/\/shop:\*\*\*@db\.example:25060/);
  });

  it("masks the value of before as well, which logs of earlier deployments hold", async () => {
    const made = await world.create();
    const reason = { code: "BuildJobExitNonZero", message: `was ${SECRET}, is other-value` };
    world.emulator.failNext({ component: "web", step: "build", log: [`was ${SECRET}`], reason });
    const { reasons } = await world.initFailure(world.update(made, inputs(withSecret("other-value"))));
    assert.match(reasons.join("\n"), /– was \*\*\*, is \*\*\*/);
    assert.match(reasons.join("\n"), /\| .*was \*\*\*$/m);
  });

  it("masks it in a refusal of an update, and in what is behind the error", async () => {
    const made = await world.create();
    world.emulator.faults.add({
      method: "PUT",
      fault: { status: 422, body: { id: "unprocessable_entity", message: `bad: ${SECRET}, other-value` } },
    });
    const error = await world.failure(world.update(made, inputs(withSecret("other-value"))));
    for (let at: unknown = error; at instanceof Error; at = at.cause)
      assert.doesNotMatch(`${at.message} ${at.stack} ${JSON.stringify(at)}`, /other-value|hunter2/);
  });
});
