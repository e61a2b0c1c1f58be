import assert from "node:assert/strict";
import { createReporter } from "../../../provider/host/reporter";
import { counterFirst, describeAll } from "../../../provider/host/stack-row";
import { quickClock } from "../../helpers/clocks/quick-clock";
import type { Engine, LogLine } from "../../../provider/host/engine";

describe("a status in a narrow row", () => {
  it("begins with its counter, if it has one", () => {
    assert.equal(counterFirst("building 3/9: web"), "3/9 building: web");
    assert.equal(counterFirst("waiting 5 s for the rate limit"), "waiting 5 s for the rate limit");
  });

  it("adds up the counters of several resources and lists each resource", () => {
    const statuses = new Map([
      ["shop", "building 3/9: web"],
      ["blog", "deploying 1/8"],
      ["docs", "updating"],
    ]);
    assert.equal(describeAll(statuses), "4/17: shop 3/9 building, blog 1/8 deploying, docs updating");
    assert.equal(describeAll(new Map([["shop", "building 3/9: web"]])), "3/9 building: web");
    assert.equal(
      describeAll(
        new Map([
          ["docs", "updating"],
          ["blog", "updating"],
        ]),
      ),
      "docs updating, blog updating",
    );
  });
});

describe("the status of an update", () => {
  const URN = "urn:pulumi:dev::p::t:App::shop";

  async function shownAt(columns: number | undefined, hasDiff: boolean): Promise<LogLine[]> {
    const lines: LogLine[] = [];
    const log = async (line: LogLine): Promise<void> => void lines.push(line);
    const engine: Engine = {
      log,
      stopped: new AbortController().signal,
      isThere: async () => true,
      hearsCtrlC: true,
    };
    const reporter = createReporter(engine, URN, quickClock(), undefined, {
      hasDiff,
      columns: () => columns,
      label: () => "shop: ",
    });
    reporter.status("building 3/9: web");
    await new Promise((resolve) => setImmediate(resolve));
    await reporter.flush();
    return lines;
  }

  it("is on the stack's row in a narrow terminal when the list of changes leaves no room on its own row", async () => {
    const [line] = await shownAt(80, true);
    assert.deepEqual([line?.urn, line?.message, line?.ephemeral], [undefined, "3/9 building: web", true]);
  });

  it("is on its own row in a wide terminal, without a terminal, or when it has enough room", async () => {
    for (const columns of [120, 200, undefined]) {
      const [line] = await shownAt(columns, true);
      assert.deepEqual([line?.urn, line?.message], [URN, "shop: building 3/9: web"]);
    }
    const [line] = await shownAt(80, false);
    assert.deepEqual([line?.urn, line?.message], [URN, "3/9 building: web"]);
  });
});
