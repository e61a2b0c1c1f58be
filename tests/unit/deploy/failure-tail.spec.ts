import assert from "node:assert/strict";
import type { LogType } from "../../../provider/api/types";
import { failureLog, shortLine, TAIL_LINES, type LogSource } from "../../../provider/deploy/failure-tail";
import { ApiError } from "../../../provider/errors";

/** A service whose logs are lists of lines by type and address; an Error in a list is thrown at that position. */
function logs(content: Partial<Record<LogType, (string[] | Error)[] | Error>>) {
  const asked: { type: LogType; component?: string }[] = [];
  const source: LogSource = {
    async getLogUrls(_app, { type, component }) {
      asked.push({ type, ...(component !== undefined && { component }) });
      const found = content[type];
      if (found instanceof Error) throw found;
      if (!found) throw new Error(`there are no ${type} logs`);
      return { historic_urls: found.map((_, index) => `${type}/${index}`) };
    },
    async *openLog(url) {
      const [type, index] = url.split("/");
      const lines = (content[type as LogType] as (string[] | Error)[])[Number(index)] ?? [];
      if (lines instanceof Error) throw lines;
      yield* lines;
    },
  };
  return { source, asked };
}

const linesOf = async (...args: Parameters<typeof failureLog>): Promise<readonly string[] | undefined> =>
  (await failureLog(...args))?.lines;

const build = { component: "web", stage: "build", step: "build" };
const deploy = { component: "web", stage: "deploy", step: "wait" };

describe("failureLog", () => {
  it("returns the last lines across all addresses of the log", async () => {
    const many = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    const { source, asked } = logs({ BUILD: [many, ["the very last"]] });
    const lines = (await linesOf(source, "a", "d", build, [])) ?? [];
    assert.equal(lines.length, TAIL_LINES);
    assert.deepEqual(lines.slice(-2), ["line 99", "the very last"]);
    assert.deepEqual(asked, [{ type: "BUILD", component: "web" }]);
  });

  it("reads the run log of a failed deploy step, or its deploy log if there is none", async () => {
    const running = logs({ RUN: [["crashed"]], DEPLOY: [["not read"]] });
    assert.deepEqual(await failureLog(running.source, "a", "d", deploy, []), {
      type: "RUN",
      lines: ["crashed"],
    });
    for (const RUN of [new Error("no container"), [], [[]], [new Error("broken off")]]) {
      const { source, asked } = logs({ RUN, DEPLOY: [["probe failed"]] });
      assert.deepEqual(await failureLog(source, "a", "d", deploy, []), {
        type: "DEPLOY",
        lines: ["probe failed"],
      });
      assert.deepEqual(
        asked.map(({ type }) => type),
        ["RUN", "RUN_RESTARTED", "DEPLOY"],
      );
    }
  });

  it("reads the log of restarted containers if the deployment has finished and has no run log", async () => {
    const { source } = logs({ RUN_RESTARTED: [["crashed"]], DEPLOY: [["not read"]] });
    assert.deepEqual(await failureLog(source, "a", "d", deploy, []), {
      type: "RUN_RESTARTED",
      lines: ["crashed"],
    });
  });

  it("ends with the newest line, whatever the order of the log's addresses", async () => {
    const at = (second: number): string => `web 2026-05-01T12:00:0${second}Z line`;
    const { source } = logs({
      BUILD: [
        [at(3), at(4)],
        [at(1), at(2)],
      ],
    });
    assert.deepEqual(await linesOf(source, "a", "d", build, []), [1, 2, 3, 4].map(at));
  });

  it("reads a log again after a broken connection, but not after other failures", async () => {
    const failed = (code: "network" | "forbidden"): ApiError =>
      new ApiError(code, code, { request: { method: "GET", path: "/log" } });
    for (const [code, lines] of [
      ["network", ["no such module"]],
      ["forbidden", undefined],
    ] as const) {
      const { source } = logs({ BUILD: [["no such module"]] });
      let tries = 0;
      const broken: LogSource = {
        ...source,
        openLog: (...args) => {
          if (tries++ === 0) throw failed(code);
          return source.openLog(...args);
        },
      };
      assert.deepEqual(await linesOf(broken, "a", "d", build, []), lines);
      assert.equal(tries, code === "network" ? 2 : 1);
    }
  });

  it("requests the logs of all components when the step belongs to none", async () => {
    const { source, asked } = logs({ BUILD: [["x"]] });
    await failureLog(source, "a", "d", { stage: "build", step: "initialize" }, []);
    assert.deepEqual(asked, [{ type: "BUILD" }]);
  });

  it("is empty, without an error, when there is no log", async () => {
    assert.deepEqual(await failureLog(logs({}).source, "a", "d", deploy, []), undefined);
    const unnamed: LogSource = { ...logs({}).source, getLogUrls: async () => ({}) };
    assert.deepEqual(await failureLog(unnamed, "a", "d", build, []), undefined);
  });

  it("masks secrets in every line", async () => {
    const lines = ["user admin, password hunter2-and-more", "Authorization: Bearer abc", "EV[1:a:b] kept"];
    assert.deepEqual(await linesOf(logs({ BUILD: [lines] }).source, "a", "d", build, ["hunter2-and-more"]), [
      "user admin, password ***",
      "Authorization: Bearer ***",
      "*** kept",
    ]);
  });
});

describe("shortLine", () => {
  it("omits what all lines repeat: the component, the day, and fractions of a second", () => {
    const line = "2026-05-01T12:34:56.123456789Z npm ERR! missing script";
    assert.equal(shortLine(`web ${line}`, "web"), "12:34:56 npm ERR! missing script");
    assert.equal(shortLine(line, "web"), "12:34:56 npm ERR! missing script");
    assert.equal(shortLine("web 2026-05-01T12:34:56Z ", "web"), "12:34:56 ");
  });

  it("keeps the names of other components, and lines in any other format", () => {
    assert.equal(shortLine("api 2026-05-01T12:34:56Z up", "web"), "api 12:34:56 up");
    assert.equal(shortLine("api 2026-05-01T12:34:56Z up", undefined), "api 12:34:56 up");
    for (const line of ["", "web up", "at 2026-05-01T12:34:56Z", "web: 2026-05-01 12:34:56 up"])
      assert.equal(shortLine(line, "web"), line);
  });
});
