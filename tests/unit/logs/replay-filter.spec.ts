import assert from "node:assert/strict";
import fc from "fast-check";
import { LineMemory } from "../../../provider/logs/replay-filter";

const line = (index: number, text = "tick"): string =>
  `web ${new Date(1_700_000_000_000 + index * 10).toISOString()} ${text}`;
const given = (memory: LineMemory, lines: string[]): string[] => lines.filter((one) => memory.isNew(one));

describe("LineMemory", () => {
  it("yields each line once, wherever connections break and resume", () => {
    const cuts = fc.array(fc.record({ from: fc.nat(60), to: fc.nat(60) }), { maxLength: 8 });
    fc.assert(
      fc.property(cuts, fc.nat(60), (connections, length) => {
        const log = Array.from({ length }, (_, index) => line(index));
        const memory = new LineMemory();
        const seen: string[] = [];
        for (const { from, to } of [...connections, { from: 0, to: length }]) {
          memory.reconnected();
          // Each connection begins with a known line, or at the latest with the next one.
          seen.push(...given(memory, log.slice(Math.min(from, seen.length), to)));
        }
        assert.deepEqual(seen, log);
      }),
    );
  });

  it("keeps identical lines that arrive late", () => {
    const memory = new LineMemory();
    memory.reconnected();
    const first = [line(1), line(1), line(3), line(2)];
    assert.deepEqual(given(memory, first), first);
    memory.reconnected();
    assert.deepEqual(given(memory, [...first, line(1), line(4)]), [line(1), line(4)]);
  });

  it("treats lines without a timestamp as repeated only until a new line arrives", () => {
    const memory = new LineMemory();
    memory.reconnected();
    assert.deepEqual(given(memory, ["a", "b", "b"]), ["a", "b", "b"]);
    memory.reconnected();
    assert.deepEqual(given(memory, ["b", "b", "c", "b"]), ["c", "b"]);
  });

  it("does not grow with the log, and still recognizes lines older than its memory", () => {
    const memory = new LineMemory();
    memory.reconnected();
    const many = Array.from({ length: 40_000 }, (_, index) => line(index));
    assert.equal(given(memory, many).length, many.length);
    assert.ok((memory as unknown as { lines: string[] }).lines.length <= 10_000);
    memory.reconnected();
    assert.deepEqual(given(memory, [...many, line(40_000)]), [line(40_000)]);
  });
});
