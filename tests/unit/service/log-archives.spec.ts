import assert from "node:assert/strict";
import fc from "fast-check";
import { archivedLines, stampOf, type ArchiveReader } from "../../../provider/service/log-archives";

const stamped = (second: number, text = "tick"): string =>
  `web 2026-01-01T00:00:${String(second).padStart(2, "0")}Z ${text}`;

/** Archives by address. `most` is the largest number of archives that were open at once. */
class Shelf {
  most = 0;
  opened = 0;
  private open = 0;

  constructor(private readonly archives: Record<string, readonly string[]>) {}

  readonly reader: ArchiveReader = {
    open: (address) => this.lines(address),
  };

  private async *lines(address: string): AsyncGenerator<string> {
    this.opened += 1;
    this.most = Math.max(this.most, ++this.open);
    try {
      yield* this.archives[address] ?? [];
    } finally {
      this.open -= 1;
    }
  }

  get isClosed(): boolean {
    return this.open === 0;
  }

  async read(reader = this.reader): Promise<string[]> {
    const lines = [];
    for await (const line of archivedLines(reader, Object.keys(this.archives))) lines.push(line);
    return lines;
  }
}

describe("the lines of archives", () => {
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from + 1 }, (_, index) => stamped(from + index));

  it("are in the order of time, oldest or newest archive first, and only one archive is open at a time", async () => {
    for (const order of [
      ["a", "b", "c"],
      ["c", "b", "a"],
      ["b", "c", "a"],
    ]) {
      const content = { a: numbers(1, 3), b: numbers(4, 6), c: numbers(7, 9) };
      const shelf = new Shelf(Object.fromEntries(order.map((name) => [name, content[name as "a"]])));
      assert.deepEqual(await shelf.read(), numbers(1, 9));
      assert.equal(shelf.most, 1);
    }
  });

  it("are merged when archives overlap, as those of several components do", async () => {
    const shelf = new Shelf({ b: [2, 4, 6].map((at) => stamped(at)), a: [1, 3, 5].map((at) => stamped(at)) });
    assert.deepEqual(await shelf.read(), numbers(1, 6));
  });

  it("keep lines without a time behind the line before", async () => {
    const shelf = new Shelf({
      b: [stamped(3), "  at main"],
      a: ["start", stamped(1), "  at a", stamped(2), "  at b", stamped(4)],
    });
    assert.deepEqual(await shelf.read(), [
      ...["start", stamped(1), "  at a", stamped(2), "  at b"],
      ...[stamped(3), "  at main", stamped(4)],
    ]);
  });

  it("are in the given order when no line has a time", async () => {
    assert.deepEqual(await new Shelf({ b: ["one", "two"], a: ["three"], c: [] }).read(), [
      "one",
      "two",
      "three",
    ]);
  });

  it("come from a single request when there is one archive", async () => {
    const shelf = new Shelf({ a: numbers(1, 3) });
    await shelf.read();
    assert.equal(shelf.opened, 1);
  });

  it("close all archives when the reader stops", async () => {
    const shelf = new Shelf({ b: [stamped(1), stamped(3)], a: [stamped(1), stamped(2)] });
    for await (const _ of archivedLines(shelf.reader, ["b", "a"])) break;
    assert.ok(shelf.isClosed);
    assert.equal(shelf.most, 2);
  });

  it("continue where a connection broke, also with addresses in another order", async () => {
    const content = { a: numbers(1, 3), b: numbers(4, 6) };
    const shelf = new Shelf({ ...content, a2: content.a, b2: content.b });
    let broken = false;
    const reader: ArchiveReader = {
      async *open(address) {
        let line = 0;
        for await (const text of shelf.reader.open(address)) {
          if (address === "a" && broken && line++ === 2) throw new Error("broken");
          yield text;
        }
        broken ||= address === "b";
      },
      again: async () => ["b2", "a2"],
    };
    broken = true;
    const lines = [];
    for await (const line of archivedLines(reader, ["a", "b"])) lines.push(line);
    assert.deepEqual(lines, numbers(1, 6));
  });

  it("are all there, once each and in order, for any archives", async () => {
    const times = fc.array(fc.nat(59), { maxLength: 8 }).map((list) => list.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(fc.array(times, { maxLength: 5 }), async (archives) => {
        const named = archives.map((list, name) => list.map((at, line) => stamped(at, `${name}:${line}`)));
        const lines = await new Shelf(Object.fromEntries(named.entries())).read();
        assert.deepEqual([...lines].sort(), named.flat().sort());
        const stamps = lines.map(stampOf);
        assert.deepEqual(stamps, [...stamps].sort());
      }),
    );
  });
});

describe("stampOf", () => {
  it("finds timestamps after names, and compares them with and without fractions", () => {
    assert.equal(stampOf("web 2026-01-01T00:00:00.5Z x"), "2026-01-01T00:00:00.500000000");
    assert.equal(stampOf("2026-01-01T00:00:00Z x"), "2026-01-01T00:00:00.000000000");
    assert.equal(stampOf("no time here"), undefined);
  });
});
