import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { applySecrets, parseSpec, secretAddresses, SpecFileError } from "../../../provider/appspec/parse";
import type { AppSpec } from "../../../provider/appspec/types";

const BACKUP = readFileSync(join(__dirname, "../../fixtures/specs/backup.yaml"), "utf8");
const ALL = { SHARED: "s", "web.API_KEY": "k", "web.registry_credentials": "u:t", "web.tail.token": "t" };

const refusal = (text: string, secrets?: Record<string, unknown>): SpecFileError => {
  try {
    parseSpec(text, { file: "backup.yaml", secrets });
  } catch (error) {
    if (error instanceof SpecFileError) return error;
  }
  return assert.fail("the text was accepted");
};

describe("the secrets option of a spec file", () => {
  it("is required for a backup: the error lists every missing value", () => {
    const error = refusal(BACKUP);
    assert.equal(error.reason, "missing-secrets");
    for (const address of Object.keys(ALL)) assert.ok(error.message.includes(address), address);
    assert.ok(!error.message.includes("EV["));
  });

  it("inserts the values at their addresses", () => {
    const { spec } = parseSpec(BACKUP, { secrets: ALL });
    assert.equal(spec.envs?.[0]?.value, "s");
    const web = spec.services?.[0];
    assert.deepEqual(
      web?.envs?.map(({ value }) => value),
      ["k", "visible"],
    );
    assert.equal(web?.image?.registry_credentials, "u:t");
    assert.equal(web?.log_destinations?.[0]?.logtail?.token, "t");
  });

  it("reports only the values that are still missing", () => {
    const { message } = refusal(BACKUP, { SHARED: "s", "web.registry_credentials": "u:t" });
    assert.match(message, /web\.API_KEY, web\.tail\.token/);
    assert.doesNotMatch(message, /SHARED/);
  });

  it("rejects an unknown address and suggests the correct one", () => {
    const error = refusal(BACKUP, { ...ALL, "web.API_KYE": "x" });
    assert.equal(error.reason, "unknown-secrets");
    assert.match(error.message, /web\.API_KYE \(did you mean web\.API_KEY\?\)/);
  });

  it("leaves the file unchanged if it is not set", () => {
    const text = BACKUP.replace(/^#.*$/m, "");
    assert.equal(parseSpec(text).spec.envs?.[0]?.value, "EV[1:aaaa:bbbb]");
  });

  it("accepts any object and inserts it unchanged", () => {
    const output = { promise: Promise.resolve("later") };
    const { spec } = parseSpec("envs:\n  - key: A\n    type: SECRET\n", { secrets: { A: output } });
    assert.equal(spec.envs?.[0]?.value as unknown, output);
  });

  it("finds every address of a spec", () => {
    const ev = "EV[1:a:b]";
    const spec = {
      envs: [
        { key: "TOP", value: ev },
        { key: "PLAIN", value: "x" },
      ],
      jobs: [
        {
          name: "task",
          envs: [{ key: "K", value: ev }],
          image: { registry_credentials: ev },
          log_destinations: [
            { name: "dog", datadog: { api_key: ev } },
            { name: "search", open_search: { basic_auth: { password: ev } } },
            { name: "own", headers: [{ key: "Authorization", value: ev }] },
          ],
        },
      ],
      ingress: { secure_header: { key: "X", value: ev } },
    };
    const addresses = [
      "TOP",
      "task.K",
      "task.registry_credentials",
      "task.dog.api_key",
      "task.search.password",
      "task.own.headers.Authorization",
      "ingress.secure_header",
    ];
    assert.deepEqual(secretAddresses(spec), addresses);
    const applied = applySecrets(
      spec as AppSpec,
      Object.fromEntries(addresses.map((address) => [address, "new"])),
    );
    assert.deepEqual([applied.missing, applied.unused, secretAddresses(applied.spec)], [[], [], []]);
    assert.equal(JSON.stringify(applied.spec), JSON.stringify(spec).replaceAll(ev, "new"));
    assert.equal(secretAddresses(spec).length, addresses.length, "the given spec is left alone");
  });

  it("ignores values that are not specs", () => {
    for (const value of [null, 1, [], { services: [null, 1], envs: "x", ingress: [] }])
      assert.deepEqual(secretAddresses(value), []);
  });
});
