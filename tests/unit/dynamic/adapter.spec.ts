import assert from "node:assert/strict";
import { DynamicProvider } from "../../../provider/dynamic/adapter";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import { InitializationError } from "../../../provider/errors";
import type { CoreProvider } from "../../../provider/resources/core-provider";
import type { ResourceMeta } from "../../../provider/resources/meta";

interface Inputs {
  size: number;
}
type Outputs = Inputs & { made?: boolean };

const GIVEN: Inputs & HiddenInputs = {
  size: 1,
  __urn: "urn:new",
  __provider: "the text",
  __preview: true,
  __order: { services: ["b", "a"] },
  __secrets: [["size"]],
  __program: { size: 2 },
  __ignored: ["size"],
};
const HOST_KEYS = { __urn: "urn:new", __provider: "the text" };

describe("a provider behind the adapter of dynamic providers", () => {
  const calls: { meta: ResourceMeta; values: unknown[] }[] = [];
  let failure: InitializationError | undefined;
  const note = (meta: ResourceMeta, ...values: unknown[]): void => void calls.push({ meta, values });
  const core: CoreProvider<Inputs, Outputs> = {
    configure: async () => {},
    check: async (meta, olds, news) => {
      note(meta, olds, news);
      return { inputs: news, failures: [], places: [["size", "found"]] };
    },
    diff: async (meta, id, olds, news) => (note(meta, id, olds, news), { changes: true }),
    create: async (meta, inputs) => {
      note(meta, inputs);
      if (failure) throw failure;
      return { id: "1", outs: { ...inputs, made: true } };
    },
    read: async (meta, id, state, isGet) => {
      note(meta, id, state, isGet);
      return { id, props: state, inputs: { size: state.size } };
    },
    update: async (meta, id, olds, news) => (note(meta, id, olds, news), { outs: news }),
    delete: async (meta, id, props) => note(meta, id, props),
  };
  let provider: DynamicProvider<Inputs, Outputs>;
  const last = () => calls.at(-1) ?? assert.fail("the core was not called");

  beforeEach(() => {
    calls.length = 0;
    failure = undefined;
    provider = new DynamicProvider(core);
  });

  it("receives hidden inputs as arguments, and returns only the inputs and the host's keys", async () => {
    const { inputs } = await provider.check({}, GIVEN);
    assert.deepEqual(inputs, { size: 1, ...HOST_KEYS });
    assert.deepEqual(last().values, [{}, { size: 1 }]);
    assert.deepEqual(last().meta, {
      urn: "urn:new",
      row: undefined,
      ignored: ["size"],
      program: {
        preview: true,
        order: { services: ["b", "a"] },
        secrets: [["size"]],
        spec: { size: 2 },
      },
    });
  });

  it("remembers the program's inputs in later operations of the run, with the secrets that the check found", async () => {
    const { inputs } = await provider.check({}, GIVEN);
    await provider.create(inputs);
    assert.deepEqual(last().meta.program?.secrets, [["size", "found"]]);
    await new DynamicProvider(core).create(inputs);
    assert.equal(last().meta.program, undefined, "another run has no check");
  });

  it("receives and returns state without the host's keys, which are restored for the host", async () => {
    const state = { size: 1, made: true, ...HOST_KEYS, __secrets: [["size"]] } as Outputs & HiddenInputs;
    const stripped = { size: 1, made: true, __secrets: [["size"]] };
    assert.deepEqual((await provider.read("1", state)).props, { ...stripped, ...HOST_KEYS });
    assert.deepEqual(last().values, ["1", stripped, false]);
    await provider.read("1", { ...state, __get: true });
    assert.deepEqual(last().values, ["1", stripped, true]);
    assert.deepEqual(await provider.update("1", state, { size: 3, ...HOST_KEYS }), {
      outs: { size: 3, ...HOST_KEYS },
    });
    assert.deepEqual(last().values, ["1", stripped, { size: 3 }]);
    await provider.diff("1", state, { size: 3, ...HOST_KEYS });
    assert.deepEqual(last().values, ["1", stripped, { size: 3 }]);
    await provider.delete("1", state);
    assert.deepEqual(last().values, ["1", stripped]);
  });

  it("keeps the host's keys in the state recorded by a partially failed operation", async () => {
    failure = new InitializationError("deployment-failed", "1", { size: 1 }, ["web: build failed"]);
    await assert.rejects(provider.create({ size: 1, ...HOST_KEYS }), (error) => {
      assert.deepEqual((error as InitializationError).properties, { size: 1, ...HOST_KEYS });
      return true;
    });
  });
});
