import assert from "node:assert/strict";
import { createReporter } from "../../../provider/host/reporter";
import { FakeClock, settle } from "../../helpers/clocks/fake-clock";
import type { Engine, LogLine } from "../../../provider/host/engine";

const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/app-platform:App::web";

function engineWith(log: Engine["log"], hearsCtrlC = true): Engine {
  return { log, hearsCtrlC, stopped: new AbortController().signal, isThere: async () => true };
}

describe("createReporter", () => {
  it("sends lines to the resource's row with their severity, and status lines as ephemeral", async () => {
    const lines: LogLine[] = [];
    const engine = engineWith(async (line) => void lines.push(line));
    const reporter = createReporter(engine, URN, undefined, () =>
      assert.fail("nothing is printed under Pulumi"),
    );
    reporter.status("building 1/4");
    reporter.info("a fact");
    reporter.warn("take care");
    await reporter.flush();
    assert.deepEqual(lines, [
      { severity: "info", message: "building 1/4", urn: URN, ephemeral: true },
      { severity: "info", message: "a fact", urn: URN, ephemeral: false },
      { severity: "warning", message: "take care", urn: URN, ephemeral: false },
    ]);
  });

  it("warns once per process, when a wait begins, if Ctrl-C cannot be received", async () => {
    const said = async (hearsCtrlC: boolean): Promise<string[]> => {
      const lines: string[] = [];
      const log = async ({ message }: LogLine) => void lines.push(message);
      const engine = engineWith(log, hearsCtrlC);
      for (const urn of [URN, `${URN}-2`]) {
        const reporter = createReporter(engine, urn);
        reporter.waits();
        reporter.waits();
        await reporter.flush();
      }
      return lines;
    };
    assert.deepEqual(await said(true), []);
    const [line, ...more] = await said(false);
    assert.match(line ?? "", /Ctrl-C.*after the deployment.*pulumi refresh --clear-pending-creates/);
    assert.deepEqual(more, []);
  });

  it("omits a status that repeats the previous one, and nothing else", async () => {
    const lines: string[] = [];
    const reporter = createReporter(undefined, undefined, undefined, (line) => lines.push(line));
    for (const text of ["a", "a", "b", "b", "a"]) reporter.status(text);
    reporter.info("same");
    reporter.info("same");
    await reporter.flush();
    assert.deepEqual(lines, ["a", "b", "a", "same", "same"]);
  });

  /** An engine that accepts each line only when told to. */
  function slowEngine(): { engine: Engine; arrived: string[]; open: (() => void)[] } {
    const arrived: string[] = [];
    const open: (() => void)[] = [];
    const log = ({ message }: LogLine): Promise<void> =>
      new Promise((resolve) =>
        open.push(() => {
          arrived.push(message);
          resolve();
        }),
      );
    const engine = engineWith(log);
    return { engine, arrived, open };
  }

  it("sends a line only after the previous one has arrived, and flush waits for the last", async () => {
    const { engine, arrived, open } = slowEngine();
    const reporter = createReporter(engine, URN);
    reporter.info("first");
    reporter.info("second");
    let flushed = false;
    const done = reporter.flush().then(() => (flushed = true));
    await settle();
    assert.equal(open.length, 1);
    open.shift()?.();
    await settle();
    assert.deepEqual([arrived, open.length, flushed], [["first"], 1, false]);
    open.shift()?.();
    await done;
    assert.deepEqual(arrived, ["first", "second"]);
  });

  it("skips outdated status lines for a busy engine, and nothing else", async () => {
    const { engine, arrived, open } = slowEngine();
    const reporter = createReporter(engine, URN);
    reporter.status("building 1/4");
    reporter.status("building 2/4");
    reporter.status("building 3/4");
    reporter.warn("take care");
    reporter.status("deploying 4/4");
    reporter.info("a fact");
    const done = reporter.flush();
    for (; open.length > 0; await settle()) open.shift()?.();
    await done;
    assert.deepEqual(arrived, ["building 1/4", "take care", "a fact"]);
  });

  it("throttles status lines when hundreds of rows change at once, shows each row's newest, and keeps all other lines", async () => {
    const arrived: string[] = [];
    const engine = engineWith(async ({ message }) => void arrived.push(message));
    const clock = new FakeClock();
    const rows = Array.from({ length: 40 }, (_, row) => createReporter(engine, `${URN}-${row}`, clock));
    for (const text of ["building", "deploying"]) {
      for (const [index, row] of rows.entries()) row.status(`${text} ${index}`);
      await settle();
    }
    assert.equal(arrived.length, 20);
    rows[39]?.warn("take care");
    await rows[39]?.flush();
    assert.equal(arrived.at(-1), "take care", "what is worth keeping waits for no turn");
    await clock.advance(60_000);
    const newest = rows.slice(0, 39).map((_, index) => `deploying ${index}`);
    assert.deepEqual(
      newest.filter((text) => !arrived.includes(text)),
      [],
    );
    assert.equal(arrived.includes("deploying 39"), false, "a warning took its place");
  });

  it("finishes without a pending status that no one would see", async () => {
    const { engine, arrived, open } = slowEngine();
    const rows = Array.from({ length: 9 }, (_, row) => createReporter(engine, `${URN}-${row}`));
    for (const row of rows) row.status("active 4/4");
    await settle();
    assert.equal(open.length, 8, "so many lines at once");
    await rows[8]?.flush();
    for (; open.length > 0; await settle()) open.shift()?.();
    assert.equal(arrived.length, 8);
  });

  it("writes to stderr without an engine, so that stdout belongs to the program", (): void => {
    const written: string[] = [];
    const original = process.stderr.write;
    process.stderr.write = ((text: string) => written.push(text) > 0) as typeof process.stderr.write;
    try {
      createReporter(undefined, undefined).info("plain");
    } finally {
      process.stderr.write = original;
    }
    assert.deepEqual(written, ["plain\n"]);
  });
});
