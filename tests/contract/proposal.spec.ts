import assert from "node:assert/strict";
import type { AppSpec } from "../../provider/spec/types";
import type { AppInputs, RunInputs } from "../../provider/state";
import { changed, eachInItsWorld, inputs, SECRET, SHOP } from "../helpers/provider-world";

const URN = (name: string): string => `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::${name}`;

/** Inputs as a program gives them in a preview. */
const previewed = (spec: AppSpec = SHOP, more: Partial<AppInputs> = {}): AppInputs & RunInputs => ({
  ...inputs(spec, more),
  __preview: true,
});

const BIGGER = changed((spec) =>
  Object.assign(spec.services![0]!, { instance_size_slug: "apps-d-1vcpu-1gb" }),
);

describe("the service's own opinion in previews", () => {
  const world = eachInItsWorld();

  const asked = (): number => world.writes.filter((write) => /propose/.test(write)).length;
  const costs = (): string[] => world.messages("info").filter((line) => /^cost: /.test(line));

  it("gives the price of a new app", async () => {
    const { failures } = await world.run().check({}, previewed());
    assert.deepEqual(failures, []);
    assert.match(costs().join(), /^cost: \$\d+ a month$/);
  });

  it("gives the price of a changed one as before and after", async () => {
    const { id, outs } = await world.create();
    const provider = world.run();
    await provider.check(inputs(), previewed(BIGGER));
    await provider.diff(id, outs, inputs(BIGGER));
    assert.match(costs().join(), /^cost: \$\d+ → \$\d+ a month$/);
  });

  it("is asked once for each spec, and not for one that is unchanged", async () => {
    const { id, outs } = await world.create();
    const provider = world.run();
    await provider.check(inputs(), previewed());
    await provider.diff(id, outs, inputs());
    assert.equal(asked(), 0);
    await provider.diff(id, outs, inputs(BIGGER));
    await provider.diff(id, outs, inputs(BIGGER));
    // The new spec and the one of now.
    assert.equal(asked(), 2);
  });

  it("adds prices up where several apps are new or change", async () => {
    const provider = world.run();
    const named = (name: string): AppInputs & RunInputs => ({
      ...previewed(changed((spec) => Object.assign(spec, { name }))),
      __urn: URN(name),
    });
    await Promise.all(["one-app", "two-app"].map((name) => provider.check({}, named(name))));
    const sums = world.lines.filter(({ message }) =>
      /of the 2 apps that are new or change: \$\d+/.test(message),
    );
    assert.equal(sums.length, 1);
    assert.equal(sums[0]?.urn, undefined);
  });

  it("is not asked outside previews, with propose: false, without a token, or for values not known yet", async () => {
    await world.run().check({}, inputs());
    await world.run().check({}, previewed(SHOP, { propose: false }));
    await world.run({ env: {} }).check({}, previewed());
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    await world
      .run()
      .check({}, previewed(changed((spec) => Object.assign(spec.services![0]!, { run_command: unknown }))));
    assert.equal(asked(), 0);
    assert.deepEqual(world.messages("warning"), []);
  });

  it("fails the preview of a new app that it would refuse, at the place it names", async () => {
    const nowhere = changed((spec) => Object.assign(spec, { region: "mars" }));
    const { failures } = await world.run().check({}, previewed(nowhere));
    assert.match(failures[0]?.reason ?? "", /^spec\.region: the service refuses it: .*mars.*request id/);
  });

  it("fails the preview of an update that it would refuse", async () => {
    const { id, outs } = await world.create();
    const nowhere = changed((spec) => Object.assign(spec, { region: "mars" }));
    const provider = world.run();
    await provider.check(inputs(), previewed(nowhere));
    const error = await world.failure(provider.diff(id, outs, inputs(nowhere)));
    assert.equal(error.errorCode, "invalid-spec");
    assert.match(error.message, /^spec\.region: the service refuses it/);
  });

  it("shows no secret that the service repeats, also where the app holds it and only its ciphertext was sent", async () => {
    const made = await world.create();
    const body = { id: "refused", message: `the value "${SECRET}" is odd` };
    const greeting = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"));
    for (const status of [401, 422]) {
      world.emulator.faults.add({ method: "POST", path: /propose$/, fault: { status, body } });
      const provider = world.run();
      await provider.check(inputs(), previewed(greeting));
      await provider
        .diff(made.id, made.outs, inputs(greeting))
        .catch((error: Error) => world.errors.push(error));
    }
    assert.match(world.shown, /price: POST .*the value "\*\*\*" is odd/);
    assert.match(world.shown, /refuses it: the value "\*\*\*" is odd \(POST \/v2\/apps\/propose/);
  });

  it("takes a price that is no number for an answer that cannot be used", async () => {
    world.emulator.faults.add({ method: "POST", path: /propose$/, fault: "wrong-types", times: 5 });
    assert.deepEqual((await world.run().check({}, previewed())).failures, []);
    assert.match(world.messages("warning").join("\n"), /"app_cost" is not a number/);
  });

  it("fails the preview of an app whose name is taken, unless it is to be adopted", async () => {
    const { id } = await world.create();
    const { failures } = await world.run().check({}, previewed());
    assert.match(
      failures[0]?.reason ?? "",
      new RegExp(
        `^spec\\.name: An app named shop already exists \\(id ${id},.* aliases: .*deleteBeforeReplace: true.* adopt: "${id}".*such as shop`,
        "s",
      ),
    );
    assert.deepEqual((await world.run().check({}, previewed(SHOP, { adopt: true }))).failures, []);
  });

  it("says that a name is taken where nobody can say by which app", async () => {
    await world.create();
    world.emulator.faults.add({ method: "GET", path: /\/v2\/apps/, fault: { status: 403 }, times: 5 });
    const { failures } = await world.run().check({}, previewed());
    assert.match(failures[0]?.reason ?? "", /^spec\.name: The name shop is taken.*adopt: true/);
  });

  it("says of an app that is adopted that no other is created", async () => {
    const { id } = await world.create();
    for (const adopt of [true, id]) await world.run().check({}, previewed(SHOP, { adopt }));
    assert.match(world.messages("info").join("\n"), /The app named shop is adopted: no other is created\./);
    assert.ok(
      world.shown.includes(`The app with the id ${id} is adopted: no other is created.`),
      world.shown,
    );
    await world.run().check({}, previewed({ ...SHOP, name: "another" }, { adopt: true }));
    assert.doesNotMatch(world.shown, /named another is adopted/);
  });

  it("fails the preview of an app that costs more than maxMonthlyCost", async () => {
    const { failures } = await world.run().check({}, previewed(SHOP, { maxMonthlyCost: 1 }));
    assert.match(
      failures[0]?.reason ?? "",
      /^maxMonthlyCost: the app would cost \$\d+ a month, more than \$1/,
    );
    assert.deepEqual((await world.run().check({}, previewed(SHOP, { maxMonthlyCost: 1_000 }))).failures, []);
  });

  it("only warns where the service does not answer", async () => {
    world.emulator.faults.add({
      times: 10,
      path: /propose/,
      fault: { status: 500, body: { message: `no ${SECRET}` } },
    });
    const { failures } = await world.run().check({}, previewed());
    assert.deepEqual(failures, []);
    assert.match(world.messages("warning").join(), /did not say what it thinks of this spec and its price/);
  });
});
