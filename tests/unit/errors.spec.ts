import assert from "node:assert/strict";
import { inspect } from "node:util";
import { ApiError, AppPlatformError } from "../../provider/errors";

const STACK = "\n    at lookUp (/shop/node_modules/@pulumi/pulumi/output.js:516:25)";

describe("an error shown on a console", () => {
  const cause = new Error("the connection broke");
  cause.stack = `Error: the connection broke${STACK}`;
  const error = new ApiError(
    "network",
    "The service was not reached.",
    { request: { method: "GET", path: "/v2/apps" } },
    { cause },
  );
  error.stack = `ApiError: The service was not reached.${STACK}`;

  it("has its stack and that of its cause as they are, with colours as well, which may take for ever", () => {
    for (const shown of [error, { error }, new AppPlatformError("network", "outer", { cause: error })]) {
      const text = inspect(shown, { colors: true, depth: 5 });
      assert.equal(text.split("(/shop/node_modules/@pulumi/pulumi/output.js:516:25)").length, 3, text);
    }
  });

  it("tells its code, its facts and its cause", () => {
    const text = inspect(error);
    for (const part of ["errorCode: 'network'", "path: '/v2/apps'", "[cause]: Error: the connection broke"])
      assert.ok(text.includes(part), text);
  });
});
