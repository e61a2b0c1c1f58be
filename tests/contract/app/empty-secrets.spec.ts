import assert from "node:assert/strict";
import { hideSecrets } from "../../../provider/appspec/secrets";
import type { AppSpec } from "../../../provider/appspec/types";
import type { RunInputs } from "../../../provider/dynamic/hidden-inputs";
import type { AppInputs, AppOutputs } from "../../../provider/resources/app/state";
import { changed, eachInItsWorld, inputs, SECRET, type Made } from "../../helpers/world/provider-world";

/** The app with another value of its SECRET variable. */
const withToken = (value: string | undefined, more: (spec: AppSpec) => void = () => {}): AppSpec =>
  changed((spec) => {
    const token = spec.services?.[0]?.envs?.[1];
    assert.ok(token);
    if (value === undefined) delete token.value;
    else token.value = value;
    more(spec);
  });
const scaled = (spec: AppSpec): void => void Object.assign(spec.services?.[0] ?? {}, { instance_count: 2 });
const PATH = "spec.services.web.envs.API_TOKEN";
const NAMED = { emptySecrets: ["web.API_TOKEN"] };

describe("a SECRET variable without a value", () => {
  const world = eachInItsWorld();

  /** The values stored by the service, in plain text. */
  const stored = (): string | undefined =>
    world.app.plain(String(world.app.spec.services?.[0]?.envs?.[1]?.value));

  /** One run of a program: check, diff, and create or update as needed. */
  async function up(made: Made | undefined, news: AppInputs & RunInputs): Promise<Made> {
    const provider = world.run();
    world.emulator.clearCalls();
    world.lines.splice(0);
    const { inputs: checked, failures } = await provider.check(made?.outs ?? {}, news);
    assert.deepEqual(failures, []);
    if (!made) return provider.create(checked);
    const { changes } = await provider.diff(made.id, made.outs, checked);
    return changes === false
      ? made
      : { id: made.id, outs: (await provider.update(made.id, made.outs, checked)).outs };
  }

  /** The next run changes nothing and needs no update. */
  async function isSettled(made: Made, news: AppInputs): Promise<void> {
    const provider = world.run();
    const { inputs: checked } = await provider.check(made.outs, news);
    assert.deepEqual(await provider.diff(made.id, made.outs, checked), { changes: false });
  }

  const empties: [string, string | undefined][] = [
    ["none", undefined],
    ["an empty one", ""],
  ];

  for (const [what, value] of empties) {
    it(`is created empty with ${what}, after a warning with its path, unless it is meant to be empty`, async () => {
      const news = inputs(withToken(value));
      const made = await up(undefined, news);
      assert.equal(stored(), "");
      assert.match(world.messages("warning").join("\n"), new RegExp(`${PATH}\\b.*emptySecrets`));
      await isSettled(made, news);
    });

    it(`keeps the stored value in an update with ${what}`, async () => {
      const made = await up(undefined, inputs());
      const news = inputs(withToken(value, scaled));
      const after = await up(made, news);
      assert.equal(stored(), SECRET);
      assert.deepEqual(world.messages("warning"), []);
      await isSettled(after, news);
    });

    it(`keeps the stored value, without a write, when only the value was replaced by ${what}`, async () => {
      const made = await up(undefined, inputs());
      const news = inputs(withToken(value));
      const after = await up(made, news);
      assert.deepEqual(world.writes, []);
      assert.equal(stored(), SECRET);
      assert.match(world.messages("info").join("\n"), /keeps the stored one: web\.API_TOKEN/);
      await isSettled(after, news);
    });

    it(`keeps the stored value in an adopted app with ${what}, with and without other changes`, async () => {
      await up(undefined, inputs());
      await up(undefined, inputs(withToken(value), { adopt: true }));
      assert.deepEqual(world.writes, []);
      const news = inputs(withToken(value, scaled), { adopt: true });
      const after = await up(undefined, news);
      assert.deepEqual(world.writes, ["PUT /v2/apps/…"]);
      assert.equal(stored(), SECRET);
      await isSettled(after, news);
    });

    it(`is erased once when emptySecrets lists it, with ${what}`, async () => {
      const made = await up(undefined, inputs());
      const news = inputs(withToken(value), NAMED);
      const after = await up(made, news);
      assert.deepEqual(world.writes, ["PUT /v2/apps/…"]);
      assert.equal(stored(), "");
      await isSettled(after, news);
      const without = inputs(withToken(value));
      const later = await up(after, without);
      assert.deepEqual(world.writes, []);
      await isSettled(later, without);
    });

    it(`is erased once in an adopted app when emptySecrets lists it, with ${what}`, async () => {
      await up(undefined, inputs());
      const news = inputs(withToken(value), { adopt: true, ...NAMED });
      await up(undefined, news);
      assert.equal(stored(), "");
      await up(undefined, news);
      assert.deepEqual(world.writes, []);
    });
  }

  it("is created empty without a warning when emptySecrets lists it", async () => {
    await up(undefined, inputs(withToken(undefined), NAMED));
    assert.equal(stored(), "");
    assert.deepEqual(world.messages("warning"), []);
  });

  it("causes a warning when the app to adopt does not exist and is created, and when the variable is new", async () => {
    const made = await up(undefined, inputs(withToken(undefined), { adopt: true }));
    assert.match(world.messages("warning").join("\n"), new RegExp(PATH));
    const another = withToken(undefined, (spec) => {
      spec.services?.[0]?.envs?.push({ key: "NEW_TOKEN", type: "SECRET" });
    });
    await up(made, inputs(another));
    const [warning, ...others] = world.messages("warning");
    assert.match(warning ?? "", /NEW_TOKEN/);
    assert.doesNotMatch(warning ?? "", /API_TOKEN/);
    assert.deepEqual(others, []);
  });

  it("keeps a value that was readable before the variable became SECRET", async () => {
    const made = await up(undefined, inputs());
    const news = inputs(
      withToken(undefined, (spec) => {
        Object.assign(spec.services?.[0]?.envs?.[0] ?? {}, { value: undefined, type: "SECRET" });
      }),
    );
    const after = await up(made, JSON.parse(JSON.stringify(news)) as AppInputs);
    const value = world.app.spec.services?.[0]?.envs?.[0]?.value;
    assert.equal(world.app.plain(String(value)), "hello");
    await isSettled(after, JSON.parse(JSON.stringify(news)) as AppInputs);
  });

  it("keeps a value that someone set at the service, also after a refresh", async () => {
    const news = inputs(withToken(undefined));
    const made = await up(undefined, news);
    world.emulator.editApp("shop", (spec) => {
      Object.assign(spec.services?.[0]?.envs?.[1] ?? {}, { value: "set by hand" });
    });
    await world.clock.sleep(60_000);
    const { props, inputs: read } = await world.run().read(made.id, made.outs);
    assert.ok(props && read);
    assert.deepEqual(read.spec, made.outs.spec);
    await isSettled({ id: made.id, outs: props }, news);
    const other = inputs(withToken(undefined, scaled));
    await up(made, other);
    assert.equal(stored(), "set by hand");
    assert.doesNotMatch(world.messages("warning").join("\n"), /reverts/);
  });

  it("is no difference in an imported app and causes no deployment", async () => {
    const { id, outs } = await up(undefined, inputs());
    const imported = { ...outs, spec: hideSecrets(outs.__liveSpec), __imported: true } as AppOutputs;
    for (const [, value] of empties) {
      const news = inputs(withToken(value));
      await isSettled({ id, outs: imported }, news);
      await up({ id, outs: imported }, news);
      assert.deepEqual(world.writes, []);
    }
    await up({ id, outs: imported }, inputs(withToken(undefined), NAMED));
    assert.equal(stored(), "");
  });

  it("is proposed with the stored value in a preview", async () => {
    const made = await up(undefined, inputs());
    const news = inputs(withToken(undefined, scaled));
    const preview = world.run();
    const { inputs: checked } = await preview.check(made.outs, { ...news, __preview: true });
    await preview.diff(made.id, made.outs, checked);
    const bodies = world.emulator.calls
      .filter(({ path }) => path.endsWith("/propose"))
      .map(({ body }) => body);
    const [proposed] = (bodies as { spec: AppSpec }[]).filter(
      ({ spec }) => spec.services?.[0]?.instance_count === 2,
    );
    assert.match(proposed?.spec.services?.[0]?.envs?.[1]?.value ?? "", /^EV\[/);
  });

  it("has ciphertext in the documented format at the service, even when empty", async () => {
    const [nonce, sealed] = [/^EV\[1:[A-Za-z0-9+/]{32}:/, /:[A-Za-z0-9+/]{22}==\]$/];
    await up(undefined, inputs(withToken(undefined)));
    const empty = String(world.app.spec.services?.[0]?.envs?.[1]?.value);
    assert.match(empty, nonce);
    assert.match(empty, sealed);
    assert.equal(empty.length, 63);
  });
});
