import assert from "node:assert/strict";
import { LateRows } from "../../../provider/dynamic/late-rows";
import type { Engine, LogLine } from "../../../provider/host/engine";

const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::web";

describe("the row of a resource whose URN is still unknown", () => {
  let sent: LogLine[];
  let rows: LateRows;
  let row: string;

  beforeEach(() => {
    sent = [];
    const engine: Engine = {
      log: async (line) => void sent.push(line),
      stopped: new AbortController().signal,
      isThere: async () => true,
      hearsCtrlC: true,
    };
    rows = new LateRows(engine);
    row = rows.open("shop");
  });
  const say = (message: string, ephemeral = false): Promise<void> =>
    rows.engine.log({ severity: "info", message, urn: row, ephemeral });

  it("receives its lines in order as soon as the URN is known, and later ones immediately", async () => {
    await say("one");
    await say("two");
    assert.deepEqual(sent, []);
    await rows.settle(row, URN);
    await say("three");
    assert.deepEqual(
      sent.map(({ urn, message }) => [urn, message]),
      ["one", "two", "three"].map((message) => [URN, message]),
    );
  });

  it("is the stack's row, with a label in each line, if the URN stays unknown", async () => {
    await say("one");
    await rows.settle(row, undefined);
    await rows.settle(row, URN);
    await say("two");
    assert.deepEqual(
      sent.map(({ urn, message }) => [urn, message]),
      [
        [undefined, "shop: one"],
        [undefined, "shop: two"],
      ],
    );
  });

  it("is the stack's row for ephemeral lines, which would be outdated later", async () => {
    await say("waiting", true);
    await rows.settle(row, URN);
    assert.deepEqual(
      sent.map(({ urn, message }) => [urn, message]),
      [[undefined, "shop: waiting"]],
    );
  });

  it("does not affect lines of other rows", async () => {
    const line: LogLine = { severity: "warning", message: "take care", urn: URN };
    await rows.engine.log(line);
    await rows.engine.log({ severity: "info", message: "for the stack" });
    assert.deepEqual(sent, [line, { severity: "info", message: "for the stack" }]);
  });
});
