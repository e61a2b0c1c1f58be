import assert from "node:assert/strict";
import { allPages, readPage } from "../../../provider/api/pages";
import type { Answered } from "../../../provider/net/transport";

function answer(body: unknown): Answered {
  return { body, status: 200, request: { method: "GET", path: "/v2/apps?page=1" }, write: false };
}

describe("readPage", () => {
  const items = [{ id: "a" }, { id: "b" }];

  it("reads only the page number from the link, whatever its host", () => {
    const body = {
      links: { pages: { next: "https://elsewhere.example/v2/apps?page=7&per_page=2" } },
      meta: { total: 9 },
    };
    assert.deepEqual(readPage(answer(body), items, 1, 2), { items, next: 7, total: 9 });
  });

  it("continues until the total is reached if there is no link", () => {
    assert.equal(readPage(answer({ meta: { total: 3 } }), items, 1, 2).next, 2);
    assert.equal(readPage(answer({ meta: { total: 2 } }), items, 1, 2).next, undefined);
    assert.equal(readPage(answer({ links: {}, meta: { total: 3 } }), items, 1, 2).next, 2);
  });

  it("continues until a page is empty if there is neither link nor total", () => {
    assert.equal(readPage(answer({}), items, 1, 2).next, 2);
    assert.equal(readPage(answer({}), [], 2, 2).next, undefined);
  });

  it("treats links without a next page as the last page if there is no total", () => {
    assert.equal(readPage(answer({ links: { pages: {} } }), items, 1, 2).next, undefined);
  });

  it("stops at an empty page, whatever the total", () => {
    assert.equal(readPage(answer({ meta: { total: 50 } }), [], 3, 40).next, undefined);
  });

  it("fails if the next page was already read", () => {
    const body = { links: { pages: { next: "https://api.example/v2/apps?page=2" } } };
    assert.throws(() => readPage(answer(body), items, 2, 4), {
      errorCode: "unreadable-answer",
      message: /page 2/,
    });
  });
});

describe("allPages", () => {
  it("returns each item once, even if it moved to the next page in between", async () => {
    const pages = [
      ["a", "b"],
      ["b", "c"],
    ].map((ids) => ids.map((id) => ({ id })));
    const seenBefore: number[] = [];
    const ids: string[] = [];
    const fetched = allPages(async (page, seen) => {
      seenBefore.push(seen);
      return { items: pages[page - 1] ?? [], next: page < 2 ? page + 1 : undefined, total: 3 };
    });
    for await (const { id } of fetched) ids.push(id);
    assert.deepEqual(ids, ["a", "b", "c"]);
    assert.deepEqual(seenBefore, [0, 2]);
  });

  it("requests no page that is not read", async () => {
    let asked = 0;
    const endlessPages = allPages(async (page) => ({
      items: [{ id: String(++asked) }],
      next: page + 1,
      total: undefined,
    }));
    for await (const { id } of endlessPages) if (id === "2") break;
    assert.equal(asked, 2);
  });
});
