import assert from "node:assert/strict";
import fc from "fast-check";
import { serviceConfig, TOKEN_KEY } from "../../../provider/service/config";
import { parseDuration, timeoutMs } from "../../../provider/durations";

describe("serviceConfig", () => {
  const none = (): undefined => undefined;

  it("reads the token from the environment first, then from the stack configuration", () => {
    const env = { DIGITALOCEAN_TOKEN: "first", DIGITALOCEAN_ACCESS_TOKEN: "second" };
    const stack = (key: string): string | undefined => (key === TOKEN_KEY ? "third" : undefined);
    const { DIGITALOCEAN_TOKEN: _, ...second } = env;
    const blank = { DIGITALOCEAN_TOKEN: " ", DIGITALOCEAN_ACCESS_TOKEN: "" };
    assert.deepEqual(
      [env, second, blank].map((each) => serviceConfig(each, stack).token),
      ["first", "second", "third"],
    );
  });

  it("uses the token of the bridged provider's configuration if its own is not set", () => {
    const asked: string[] = [];
    const stack =
      (set: Record<string, string>) =>
      (key: string): string | undefined => (asked.push(key), set[key]);
    const both = { [TOKEN_KEY]: "own", "digitalocean:token": "bridged" };
    assert.equal(serviceConfig({}, stack(both)).token, "own");
    assert.deepEqual(asked, [TOKEN_KEY], "another provider's secret is not read without need");
    for (const own of [undefined, " "]) {
      const set = { ...(own && { [TOKEN_KEY]: own }), "digitalocean:token": "bridged\n" };
      const { token, tokenHelp } = serviceConfig({}, stack(set));
      assert.equal(token, "bridged");
      assert.match(tokenHelp, /pulumi config set --secret digitalocean:token/);
    }
    assert.equal(serviceConfig({ DIGITALOCEAN_TOKEN: "environment" }, stack(both)).token, "environment");
  });

  it("explains how to replace the token at its source, and no other source", () => {
    const stack = (): string => "token";
    const { tokenHelp } = serviceConfig({ DIGITALOCEAN_ACCESS_TOKEN: "token" }, stack);
    assert.match(tokenHelp, /^Set DIGITALOCEAN_ACCESS_TOKEN .*https:/);
    assert.doesNotMatch(tokenHelp, /pulumi/);
    assert.match(
      serviceConfig({}, stack).tokenHelp,
      /pulumi config set --secret app-platform:token.*DIGITALOCEAN_TOKEN.*--run-program/,
    );
  });

  it("trims a trailing line break from the token", () => {
    const env = { DIGITALOCEAN_TOKEN: " token\n", DIGITALOCEAN_API_URL: " http://127.0.0.1:1\n" };
    const { token, baseUrl } = serviceConfig(env, none);
    assert.deepEqual({ token, baseUrl }, { token: "token", baseUrl: "http://127.0.0.1:1" });
  });

  it("lists both ways to set a token if there is none", () => {
    assert.throws(() => serviceConfig({}, none), {
      errorCode: "missing-token",
      message: /DIGITALOCEAN_TOKEN.*pulumi config set --secret app-platform:token/,
    });
  });

  it("uses the client's default address if none is set", () => {
    for (const DIGITALOCEAN_API_URL of [undefined, "", " "])
      assert.ok(!("baseUrl" in serviceConfig({ DIGITALOCEAN_TOKEN: "t", DIGITALOCEAN_API_URL }, none)));
  });
});

describe("parseDuration", () => {
  it("reads durations with their unit", () => {
    const cases: [string, number][] = [
      ["90s", 90_000],
      ["20m", 1_200_000],
      ["1.5h", 5_400_000],
      [" 2 hours ", 7_200_000],
      ["1d", 86_400_000],
      ["500ms", 500],
    ];
    for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text);
  });

  it("rejects everything else as a duration", () => {
    const cases = [
      "",
      "90",
      "1h30m",
      "-5m",
      "0s",
      "fast",
      "m",
      "1 parsec",
      "1e3s",
      "Infinity h",
      90,
      null,
      undefined,
      {},
    ];
    for (const text of cases) assert.equal(parseDuration(text), undefined, String(text));
  });

  it("never throws, and returns only positive numbers", () => {
    fc.assert(
      fc.property(fc.anything(), (text) => {
        const ms = parseDuration(text);
        assert.ok(ms === undefined || ms > 0);
      }),
    );
    const unit = fc.constantFrom("ms", "s", "m", "h", "d", "fortnight", "");
    fc.assert(
      fc.property(fc.double(), unit, (amount, of) => {
        const ms = parseDuration(`${amount}${of}`);
        assert.ok(ms === undefined || ms > 0);
      }),
    );
  });
});

describe("timeoutMs", () => {
  it("has defaults for each operation, and accepts configured values", () => {
    assert.deepEqual(
      (["create", "update", "delete"] as const).map((operation) => timeoutMs(operation, undefined)),
      [4_500_000, 4_500_000, 600_000],
    );
    assert.equal(timeoutMs("update", { update: "90s", create: "1h" }), 90_000);
    assert.equal(timeoutMs("delete", { update: "90s" }), 600_000);
  });
});
