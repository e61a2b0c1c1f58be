import assert from "node:assert/strict";
import { meaningOf429 } from "../../../provider/net/too-many";
import { scopesFor } from "../../../provider/net/scopes";

const meaning = (message: string | undefined, headers: Record<string, string> = {}, status = 429) =>
  meaningOf429({
    status,
    header: (name) => headers[name],
    body: message === undefined ? undefined : { message },
  });

describe("a 429", () => {
  it("is about a limit of the account by its words, unless it names a time or a counter is used up", () => {
    const words = [
      "App count of 11 exceeds limit of 10",
      "quota exceeded",
      "you have reached the maximum number of apps",
      "the app limit of your account is reached",
    ];
    for (const message of words) {
      assert.equal(meaning(message), "quota", message);
      assert.equal(meaning(message, { "ratelimit-remaining": "12" }), "quota", message);
      assert.equal(meaning(message, { "ratelimit-remaining": "0" }), "rate", message);
      assert.equal(meaning(message, { "retry-after": "3" }), "rate", message);
    }
  });

  it("is about the rate by its words, or without any sign of something else", () => {
    for (const message of [
      "API rate limit exceeded.",
      "Too many requests for this account's limit",
      "slow down",
    ])
      assert.equal(meaning(message, { "ratelimit-remaining": "12" }), "rate", message);
    assert.equal(meaning(undefined), "rate");
    assert.equal(meaning("no"), "rate");
    assert.equal(meaning("no", { "ratelimit-remaining": "12" }), "unclear");
    assert.equal(meaning("App count of 11 exceeds limit of 10", {}, 400), undefined);
  });
});

describe("the scopes of a request", () => {
  it("follow the API description, and include those of projects", () => {
    const cases: [string, string, string[]][] = [
      ["GET", "/v2/apps?page=2", ["app:read"]],
      ["GET", "/v2/apps?with_projects=true", ["app:read", "project:read"]],
      ["POST", "/v2/apps", ["app:create"]],
      ["POST", "/v2/apps/propose", ["app:read"]],
      ["PUT", "/v2/apps/a", ["app:update"]],
      ["POST", "/v2/apps/a/deployments", ["app:update"]],
      ["DELETE", "/v2/apps/a", ["app:delete"]],
      ["GET", "/v2/apps/a/components/web/exec", ["app:access_console", "app:read"]],
      ["POST", "/v2/projects/p/resources", ["project:assign_resource", "project:read"]],
      ["GET", "/v2/projects/p", ["project:read"]],
    ];
    for (const [method, path, scopes] of cases)
      assert.deepEqual(scopesFor(method, path), scopes, `${method} ${path}`);
  });
});
