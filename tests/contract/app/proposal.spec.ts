import assert from "node:assert/strict";
import type { AppSpec } from "../../../provider/appspec/types";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import type { AppInputs } from "../../../provider/resources/app/state";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { changed, eachInItsWorld, inputs, OPEN, SECRET, SHOP } from "../../helpers/world/provider-world";

const URN = (name: string): string => `urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::${name}`;

/** Inputs as a program passes them in a preview. */
const previewed = (spec: AppSpec = SHOP, more: Partial<AppInputs> = {}): AppInputs & HiddenInputs => ({
  ...inputs(spec, more),
  __preview: true,
});

/** The same for one of several Apps. */
const named = (name: string, apps?: number, spec: AppSpec = SHOP): AppInputs & HiddenInputs => ({
  ...previewed(changed((copy) => Object.assign(copy, { name }), spec)),
  __urn: URN(name),
  ...(apps !== undefined && { __apps: apps }),
});

const BIGGER = changed((spec) =>
  Object.assign(spec.services![0]!, { instance_size_slug: "apps-d-1vcpu-1gb" }),
);

describe("the service's validation and price in previews", () => {
  const world = eachInItsWorld();

  const asked = (): number => world.writes.filter((write) => /propose/.test(write)).length;
  const costs = (): string[] => world.messages("info").filter((line) => /^cost: /.test(line));

  it("shows the price of a new app", async () => {
    const { failures } = await world.run().check({}, previewed());
    assert.deepEqual(failures, []);
    assert.match(costs().join(), /^cost: \$\d+ a month$/);
  });

  it("shows the price of a changed app before and after", async () => {
    const { id, outs } = await world.create();
    const provider = world.run();
    await provider.check(inputs(), previewed(BIGGER));
    await provider.diff(id, outs, inputs(BIGGER));
    assert.match(costs().join(), /^cost: \$\d+ → \$\d+ a month$/);
  });

  it("requests a proposal once per spec, and none for an unchanged spec", async () => {
    const { id, outs } = await world.create();
    const provider = world.run();
    await provider.check(inputs(), previewed());
    await provider.diff(id, outs, inputs());
    assert.equal(asked(), 0);
    await provider.diff(id, outs, inputs(BIGGER));
    await provider.diff(id, outs, inputs(BIGGER));
    // The new spec and the current one.
    assert.equal(asked(), 2);
  });

  describe("of several apps", () => {
    const totals = (): string[] =>
      world.lines.filter(({ urn }) => urn === undefined).map(({ message }) => message);

    it("shows the total once, after the last app", async () => {
      const provider = world.run();
      // The first one was declared before the program had declared the others.
      await provider.check({}, named("one-app", 1));
      await provider.check({}, named("two-app", 3));
      assert.deepEqual(totals(), []);
      await provider.check({}, named("six-app", 3));
      assert.match(totals().join("\n"), /^.* 3 .*apps: \$15$/);
      await provider.check({}, named("six-app", 3));
      assert.equal(totals().length, 1);
    });

    it("counts apps that are unchanged, fail, or have no price yet", async () => {
      const made = await world.create({ ...inputs(), __urn: URN("shop") });
      world.lines.splice(0);
      const provider = world.run();
      const unknown = changed((spec) => Object.assign(spec.services![0]!, { run_command: UNKNOWN }));
      for (const name of ["one-app", "two-app"]) await provider.check({}, named(name, 5));
      await provider.check({}, named("open-app", 5, unknown));
      await provider.check({}, { ...named("bad-app", 5), spec: 1 });
      const { inputs: same } = await provider.check(inputs(), named("shop", 5));
      assert.deepEqual(totals(), []);
      await provider.diff(made.id, made.outs, same);
      assert.match(totals().join("\n"), /^.* 2 .*apps: \$10, .*1 .*not known yet$/);
    });

    it("include the app's name in every line, unless there is only one app", async () => {
      await world.run().check({}, named("one-app", 2));
      const lines = world.lines.filter(({ urn }) => urn !== undefined).map(({ message }) => message);
      assert.ok(lines.length > 2);
      for (const line of lines) assert.match(line, /^one-app: /);
      world.lines.splice(0);
      await world.run().check({}, named("one-app", 1));
      for (const line of world.messages()) assert.doesNotMatch(line, /one-app/);
    });
  });

  it("lists the components of a new app with their prices, which it reads once per run", async () => {
    const provider = world.run();
    for (const name of ["one-app", "two-app"])
      await provider.check(
        {},
        { ...previewed(changed((spec) => Object.assign(spec, { name }))), __urn: URN(name) },
      );
    assert.ok(
      world.shown.includes("+ web (service): create, 1 × apps-s-1vcpu-0.5gb, $5 a month"),
      world.shown,
    );
    assert.ok(world.shown.includes("+ site (static site): create"), world.shown);
    const listings = world.emulator.calls.filter(({ path }) => path.endsWith("/instance_sizes"));
    assert.equal(listings.length, 1);
  });

  it("lists components without prices when sizes are unavailable", async () => {
    world.emulator.faults.add({ path: /instance_sizes/, fault: { status: 404 } });
    await world.run().check({}, previewed());
    assert.ok(
      world.messages("info").includes("+ web (service): create, 1 × apps-s-1vcpu-0.5gb"),
      world.shown,
    );
    assert.match(costs().join(), /^cost: \$5 a month$/);
  });

  it("makes no request outside previews, with propose: false, or without a token, which causes a warning", async () => {
    await world.run().check({}, inputs());
    await world.run().check({}, previewed(SHOP, { propose: false }));
    assert.deepEqual(world.messages("warning"), []);
    const provider = world.run({ env: {} });
    for (const name of ["one", "two"]) assert.deepEqual((await provider.check({}, named(name))).failures, []);
    assert.equal(world.messages("warning").length, 1);
    assert.match(world.messages("warning")[0]!, /Could not validate.*No API token found.*DIGITALOCEAN_TOKEN/);
    assert.deepEqual(world.emulator.calls, []);
  });

  it("checks only the name when values are still unknown", async () => {
    const unknown = changed((spec) => Object.assign(spec.services![0]!, { run_command: UNKNOWN }));
    assert.deepEqual((await world.run().check({}, previewed(unknown))).failures, []);
    const { id } = await world.create();
    world.emulator.clearCalls();
    const { failures } = await world.run().check({}, previewed(unknown));
    assert.match(
      failures[0]?.reason ?? "",
      new RegExp(`^spec\\.name: An app named shop already exists \\(id ${id}`),
    );
    assert.equal(asked(), 0);
  });

  it("fails the preview of a new app that the service would reject, at the reported field", async () => {
    const nowhere = changed((spec) => Object.assign(spec, { region: "mars" }));
    const { failures } = await world.run().check({}, previewed(nowhere));
    assert.match(failures[0]?.reason ?? "", /^spec\.region: the service refuses it: .*mars.*request id/);
  });

  it("fails the preview of an update that the service would reject", async () => {
    const { id, outs } = await world.create();
    const nowhere = changed((spec) => Object.assign(spec, { region: "mars" }));
    const provider = world.run();
    await provider.check(inputs(), previewed(nowhere));
    const error = await world.failure(provider.diff(id, outs, inputs(nowhere)));
    assert.equal(error.errorCode, "invalid-spec");
    assert.match(error.message, /^spec\.region: the service refuses it/);
  });

  it("masks secrets that the service echoes, even if the app contains them and only ciphertext was sent", async () => {
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
    assert.match(world.shown, /token \(401 refused\): the value "\*\*\*" is odd/);
    assert.match(world.shown, /refuses it: the value "\*\*\*" is odd \(POST \/v2\/apps\/propose/);
  });

  it("treats a price that is not a number as an unusable response", async () => {
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
        `^spec\\.name: An app named shop already exists \\(id ${id},.* aliases: .*deleteBeforeReplace to true.* adopt: "${id}".*such as shop`,
        "s",
      ),
    );
    assert.deepEqual((await world.run().check({}, previewed(SHOP, { adopt: true }))).failures, []);
  });

  it("reports a taken name without an app ID when the app cannot be found", async () => {
    await world.create();
    world.emulator.faults.add({ method: "GET", path: /\/v2\/apps/, fault: { status: 403 }, times: 5 });
    const { failures } = await world.run().check({}, previewed());
    assert.match(failures[0]?.reason ?? "", /^spec\.name: The name shop is taken.*adopt: true/);
  });

  describe("of an adopted app", () => {
    const OPEN_INPUTS = (more: Partial<AppInputs>): AppInputs & HiddenInputs => previewed(OPEN, more);

    it("shows that nothing is created, and nothing is deployed when the app matches the program", async () => {
      const { id } = await world.create(inputs(OPEN));
      for (const adopt of [true, id]) {
        world.lines.splice(0);
        assert.deepEqual((await world.run().check({}, OPEN_INPUTS({ adopt }))).failures, []);
        assert.deepEqual(world.messages("warning"), []);
        const [first, ...rest] = world.messages("info");
        assert.match(first ?? "", new RegExp(`^Adopts the app shop \\(id ${id}\\).*nothing is deployed`));
        assert.deepEqual(rest, ["cost: $5 a month"]);
      }
    });

    it("shows what the update changes and removes", async () => {
      await world.create(inputs({ ...OPEN, databases: [{ name: "db", engine: "PG" }] }));
      world.lines.splice(0);
      const greeting = changed((spec) => (spec.services![0]!.envs![0]!.value = "good evening"), OPEN);
      await world.run().check({}, previewed(greeting, { adopt: true }));
      assert.match(world.messages("info")[0]!, /^Adopts the app shop .*updates it/);
      assert.match(
        world.messages("info").slice(1, 4).join("\n"),
        /^~ web .*: redeploy.*envs\.GREETING\.value.*\n- db .*: remove.*\n1 component unchanged$/,
      );
      assert.match(world.messages("warning").join(), /database db .*data is lost/);
      assert.match(costs().join(), /^cost: \$12 → \$5 a month$/);
    });

    it("shows that an app is created when no app has the name", async () => {
      await world.run().check({}, OPEN_INPUTS({ adopt: true }));
      assert.match(world.shown, /\+ web \(service\): create/);
      assert.doesNotMatch(world.shown, /[Aa]dopt/);
    });

    it("fails the preview when no app has the ID", async () => {
      for (const adopt of ["00000000-0000-4000-8000-000000000000", "shop"]) {
        const { failures } = await world.run().check({}, OPEN_INPUTS({ adopt }));
        assert.match(
          failures[0]?.reason ?? "",
          new RegExp(`^adopt: there is no app with the id ${adopt}\\.`),
        );
      }
    });

    it("shows neither adoption nor creation when the app cannot be looked up", async () => {
      await world.run({ env: {} }).check({}, OPEN_INPUTS({ adopt: true }));
      await world.run().check({}, OPEN_INPUTS({ adopt: UNKNOWN }));
      assert.doesNotMatch(world.shown, /create,|Adopts/);
      assert.match(world.shown, /existing app will be adopted/);
    });
  });

  it("fails the preview of an app that costs more than maxMonthlyCost", async () => {
    const { failures } = await world.run().check({}, previewed(SHOP, { maxMonthlyCost: 1 }));
    assert.match(failures[0]?.reason ?? "", /^maxMonthlyCost: .*\$\d+ a month.*\$1\b/);
    assert.deepEqual((await world.run().check({}, previewed(SHOP, { maxMonthlyCost: 1_000 }))).failures, []);
  });

  describe("fails the preview", () => {
    const fault = (status: number, path: RegExp): void => {
      world.emulator.faults.add({ times: 10, path, fault: { status, body: { message: `no ${SECRET}` } } });
    };
    const creation = (more: Partial<AppInputs> = {}, spec = SHOP) =>
      world.run().check({}, previewed(spec, more));
    const unknown = changed((spec) => Object.assign(spec.services![0]!, { run_command: UNKNOWN }));

    for (const status of [401, 403])
      it(`when the token is rejected with ${status} by propose or while reading apps`, async () => {
        const words = status === 401 ? /token \(401/ : /token .*\(403/;
        fault(status, /propose/);
        assert.match((await creation()).failures[0]?.reason ?? "", words);
        fault(status, /\/v2\/apps(\?|\/[0-9a-f-]+$|$)/);
        for (const adopt of [true, "00000000-0000-4000-8000-000000000000"])
          assert.match((await creation({ adopt })).failures[0]?.reason ?? "", words);
        assert.match((await creation({}, unknown)).failures[0]?.reason ?? "", words);
        assert.deepEqual(world.messages("warning"), []);
        assert.doesNotMatch(JSON.stringify(world.lines), new RegExp(SECRET));
      });

    it("of an update with a rejected token, even if its values are still unknown", async () => {
      const { id, outs } = await world.create();
      fault(401, /./);
      for (const spec of [BIGGER, unknown]) {
        const provider = world.run();
        await provider.check(inputs(), previewed(spec));
        const error = await world.failure(provider.diff(id, outs, inputs(spec)));
        assert.equal(error.errorCode, "unauthorized");
      }
    });

    it("but not when the token may not read prices, which only causes a warning", async () => {
      fault(403, /instance_sizes/);
      assert.deepEqual((await creation()).failures, []);
      assert.match(world.messages("warning").join(), /instance_sizes: the token does not allow/);
    });
  });

  describe("shows one warning for the whole run", () => {
    const many = async (): Promise<string[]> => {
      const provider = world.run();
      const started = world.clock.now();
      for (const name of ["one", "two"])
        await Promise.all(
          [name, `${name}-b`].map(async (app) => {
            const { failures } = await provider.check({}, named(app));
            assert.deepEqual(failures, []);
          }),
        );
      assert.ok(world.clock.now() - started < 10_000);
      assert.match(
        world.messages("info").join("\n"),
        /\+ web \(service\): create, 1 × apps-s-1vcpu-0\.5gb$/m,
      );
      return world.messages("warning");
    };

    it("when the service fails", async () => {
      world.emulator.faults.add({ times: 50, fault: { status: 500, body: { message: `no ${SECRET}` } } });
      const warnings = await many();
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.match(warnings[0]!, /not validate specs.*: .*500/);
    });

    it("when the connection breaks, and makes no further request", async () => {
      world.emulator.faults.add({ times: 50, fault: "reset-before" });
      const warnings = await many();
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.ok(world.emulator.calls.length <= 8, String(world.emulator.calls.length));
    });
  });
});
