import assert from "node:assert/strict";
import { markedIn, markingSecrets } from "../../../provider/dynamic/secret-values";
import type { HostedProvider } from "../../../provider/dynamic/hosted";
import { InitializationError } from "../../../provider/errors";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";

const secret = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});
const web = (envs: object, more: object = {}): object => ({
  spec: { name: "shop", services: { web: { envs, ...more } } },
});
const TOKEN = { TOKEN: { type: "SECRET", value: "S3cr3t-token" } };
const COMMAND = ["spec", "services", "web", "run_command"];

describe("secrets in the results of a provider", () => {
  it("are left to the engine when the inputs have a value at the same path", () => {
    const values = { ...web(TOKEN, { run_command: "serve S3cr3t" }), __secrets: [COMMAND] };
    assert.deepEqual(markedIn(values, values, undefined), values);
    const changed = { ...web({ TOKEN: { type: "SECRET", value: "0ld-value" } }, { run_command: "old" }) };
    assert.deepEqual(markedIn(values, changed, undefined), values);
  });

  it("are marked when the inputs have no value: restored by a rollback, or added by someone at the service", () => {
    const values = { ...web(TOKEN, { run_command: "serve S3cr3t" }), __secrets: [COMMAND] };
    assert.deepEqual(markedIn(values, web({}), values), {
      ...web(
        { TOKEN: { type: "SECRET", value: secret("S3cr3t-token") } },
        { run_command: secret("serve S3cr3t") },
      ),
      __secrets: [COMMAND],
    });
    const moved = { A: { value: "S3cr3t-token" }, B: { value: "open" }, C: { value: KEPT_SECRET } };
    assert.deepEqual(
      markedIn(web(moved), web(TOKEN), undefined),
      web({ ...moved, A: { value: secret("S3cr3t-token") } }),
    );
  });

  it("are marked in outputs with other names, unless only the whole spec is a secret", () => {
    const outputs = {
      liveUrl: "https://shop.example",
      liveDomain: "shop.example",
      defaultIngress: "x",
      project: "p",
      region: "fra",
    };
    const values = { ...web({}), ...outputs, projectId: "p" };
    const marks = (...places: string[][]): string[] => {
      const marked = markedIn(
        { ...values, __secrets: places },
        { ...web({}), projectId: "p" },
        undefined,
      ) as Record<string, unknown>;
      return Object.keys(outputs).filter((name) => typeof marked[name] === "object");
    };
    assert.deepEqual(marks(["projectId"]), ["project"]);
    assert.deepEqual(marks(["spec", "region"]), ["region"]);
    assert.deepEqual(marks(["spec", "domains"]), ["liveUrl", "liveDomain"]);
    assert.deepEqual(marks(["spec", "name"]), ["liveUrl", "liveDomain", "defaultIngress"]);
    assert.deepEqual(marks(["spec"], COMMAND), []);
  });

  it("hide a list as a whole, once", () => {
    const rules = [{ match: "a" }, { match: "b" }];
    const places = [
      ["spec", "ingress", "rules", 0, "match"],
      ["spec", "ingress", "rules", 1],
    ];
    const marked = markedIn({ spec: { ingress: { rules } }, __secrets: places }, {}, undefined);
    assert.deepEqual(marked, { spec: { ingress: { rules: secret(rules) } }, __secrets: places });
  });

  it("are marked in the results of every operation, including a partially failed one", async () => {
    const outs = web(TOKEN);
    const hidden = web({ TOKEN: { type: "SECRET", value: secret("S3cr3t-token") } });
    const provider: HostedProvider = {
      configure: async () => {},
      check: async (_olds, inputs) => ({ inputs }),
      diff: async () => ({}),
      create: async () => ({ id: "1", outs }),
      update: async () => {
        throw new InitializationError("deployment-failed", "1", outs, ["It failed."]);
      },
      read: async () => ({ id: "1", props: outs, inputs: outs }),
      delete: async () => {},
    };
    const marking = markingSecrets(provider);
    assert.deepEqual(await marking.create(web({})), { id: "1", outs: hidden });
    assert.deepEqual(await marking.read("1", web({})), { id: "1", props: hidden, inputs: hidden });
    await assert.rejects(marking.update("1", outs, web({})), (error: InitializationError) => {
      assert.deepEqual(error.properties, hidden);
      return true;
    });
    assert.deepEqual(outs, web(TOKEN), "the provider's own values are left alone");
  });
});
