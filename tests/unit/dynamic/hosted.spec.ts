import assert from "node:assert/strict";
import { hosted, type HostedProvider } from "../../../provider/dynamic/hosted";
import { LateRows } from "../../../provider/dynamic/late-rows";
import type { Requests } from "../../../provider/dynamic/requests";
import type { Engine, LogLine } from "../../../provider/host/engine";

type Props = Record<string, unknown>;

const NOW = "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/app-platform:App::web";
const BEFORE = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::web";

describe("a provider behind the host of dynamic providers", () => {
  /** The arguments the provider received, by method. */
  let given: Record<string, Props>;
  let sent: LogLine[];
  let known: WeakMap<object, string>;
  let ignored: WeakMap<object, string[]>;
  let rows: LateRows;
  let provider: HostedProvider;
  let fail: Error | undefined;
  let gone: boolean;

  beforeEach(() => {
    [given, sent, known, fail, gone] = [{}, [], new WeakMap(), undefined, false];
    ignored = new WeakMap();
    const engine: Engine = {
      log: async (line) => void sent.push(line),
      stopped: new AbortController().signal,
      isThere: async () => true,
      hearsCtrlC: true,
    };
    rows = new LateRows(engine);
    const note = async (method: string, props: Props): Promise<Props> => {
      given[method] = props;
      const urn = (props["__urn"] ?? props["__row"]) as string;
      await rows.engine.log({ severity: "info", message: method, urn });
      if (fail) throw fail;
      return { ...props, made: true };
    };
    const inner: HostedProvider = {
      configure: async () => {},
      check: async (_olds, news) => ({ inputs: await note("check", news as Props) }),
      diff: async (_id, _olds, news) => (await note("diff", news as Props), { changes: false }),
      create: async (inputs) => ({ id: "id", outs: await note("create", inputs as Props) }),
      read: async (id, props) => {
        const outs = await note("read", props as Props);
        return gone ? {} : { id, props: outs, inputs: outs };
      },
      update: async (_id, _olds, news) => ({ outs: await note("update", news as Props) }),
      delete: async (_id, props) => void (await note("delete", props as Props)),
    };
    const urnOf = (props: object): string | undefined => known.get(props);
    const ignoredIn = (props: object): readonly string[] | undefined => ignored.get(props);
    provider = hosted(inner, { urnOf, ignoredIn } as Requests, rows);
  });

  /** Properties of a request that contains the resource's URN. */
  const named = (props: Props = {}, urn = NOW): Props => {
    known.set(props, urn);
    return props;
  };
  const lines = (): unknown[] => sent.map(({ urn, message }) => [urn, message]);

  it("receives the engine's URN in each of its methods", async () => {
    await provider.check({ __urn: BEFORE }, named({ __urn: BEFORE }));
    await provider.diff("id", {}, named({ __urn: BEFORE }));
    await provider.create(named());
    await provider.read("id", named({ __urn: BEFORE }));
    await provider.update("id", {}, named({ __urn: BEFORE }));
    await provider.delete("id", named({ __urn: BEFORE }));
    const methods = ["check", "diff", "create", "read", "update", "delete"];
    for (const method of methods) assert.equal(given[method]?.["__urn"], NOW, method);
    assert.deepEqual(
      lines(),
      methods.map((method) => [NOW, method]),
    );
  });

  it("receives the ignored paths from the engine, and stores none of them in the state", async () => {
    const [news, wanted] = [named(), named()];
    for (const props of [news, wanted]) ignored.set(props, ["spec.region"]);
    await provider.diff("id", {}, news);
    const { outs } = await provider.update("id", {}, wanted);
    for (const method of ["diff", "update"]) assert.deepEqual(given[method]?.["__ignored"], ["spec.region"]);
    assert.deepEqual(outs, { made: true });
  });

  it("stores no URN in a new state", async () => {
    const { inputs } = await provider.check({}, named({ spec: {}, __urn: NOW }));
    assert.deepEqual(inputs, { spec: {}, made: true });
    const { outs } = await provider.create(named({ spec: {} }));
    assert.deepEqual(outs, { spec: {}, made: true });
    const read = await provider.read("id", named({ spec: {} }));
    assert.deepEqual([read.props, read.inputs], [outs, outs]);
    assert.deepEqual(await provider.update("id", {}, named({ spec: {} })), { outs });
  });

  it("leaves a URN stored by an earlier version unchanged, so that no diff shows it", async () => {
    const kept = { __urn: BEFORE, made: true };
    assert.deepEqual((await provider.check({ __urn: BEFORE }, named({ __urn: NOW }))).inputs, kept);
    // For a replacement, the engine checks once more, as for a new resource.
    assert.deepEqual((await provider.check({}, named({ __urn: NOW }))).inputs, kept);
    assert.deepEqual((await provider.create(named({ __urn: BEFORE }))).outs, kept);
    assert.deepEqual((await provider.read("id", named({ __urn: BEFORE }))).props, kept);
    assert.deepEqual((await provider.update("id", {}, named({ __urn: BEFORE }))).outs, kept);
  });

  it("stores no URN in the state of a partially failed operation", async () => {
    fail = Object.assign(new Error("half-way"), { id: "id", properties: { spec: {}, __urn: NOW } });
    await assert.rejects(provider.create(named({ spec: {} })), { properties: { spec: {} } });
    fail = Object.assign(new Error("half-way"), { id: "id", properties: { spec: {}, __urn: NOW } });
    const properties = { spec: {}, __urn: BEFORE };
    await assert.rejects(provider.update("id", {}, named({ __urn: BEFORE })), { properties });
  });

  it("uses the program's URN in a check whose request was not observed, and in a read for App.get", async () => {
    await provider.check({ __urn: BEFORE }, { __urn: NOW });
    const { props } = await provider.read("id", { __get: true, __urn: NOW });
    assert.deepEqual([given["check"]?.["__urn"], given["read"]?.["__urn"]], [NOW, NOW]);
    assert.equal((props as Props)["__urn"], undefined);
  });

  const early = { __urn: BEFORE, spec: { name: "shop" } };

  describe("in a read whose request was not observed", () => {
    it("reports nothing on the state's row, but on the row of the following diff", async () => {
      const { props } = await provider.read("id", early);
      assert.equal(given["read"]?.["__urn"], undefined);
      assert.equal((props as Props)["__urn"], BEFORE);
      assert.deepEqual(lines(), []);
      await provider.diff("id", {}, named());
      assert.deepEqual(lines(), [
        [NOW, "read"],
        [NOW, "diff"],
      ]);
    });

    it("reports on the stack's row, with the app's name, when no diff can follow", async () => {
      gone = true;
      await provider.read("id", early);
      gone = false;
      await provider.read("id", { ...early, __readOnly: true });
      fail = new Error("rejected");
      await assert.rejects(provider.read("id", {}), /rejected/);
      assert.deepEqual(lines(), [
        [undefined, "shop: read"],
        [undefined, "shop: read"],
        [undefined, "id: read"],
      ]);
    });
  });

  it("reports on the stack's row for requests that it never observes", async () => {
    await provider.create({ ...early });
    await provider.delete("id", {});
    assert.deepEqual(lines(), [
      [undefined, "shop: create"],
      [undefined, "id: delete"],
    ]);
  });
});
