import assert from "node:assert/strict";
import fc from "fast-check";
import { changes, valueAt, withValueAt } from "../../../provider/appspec/diff";
import { drift, hiddenAsBefore, inputsWithDrift } from "../../../provider/appspec/drift";
import { KEPT_SECRET, hideSecrets, sealUnchanged, secretValues } from "../../../provider/appspec/secrets";

const EV1 = "EV[1:aaaa:bbbb]";
const EV2 = "EV[1:cccc:dddd]";
const inputs = { services: { web: { envs: { A: { value: "1" }, S: { value: "s3cret", type: "SECRET" } } } } };
const then = {
  region: "fra",
  services: { web: { instance_count: 1, envs: { A: { value: "1" }, S: { value: EV1, type: "SECRET" } } } },
  ingress: { rules: [{ component: { name: "web" } }] },
};
const edited = (path: (string | number)[], value: unknown): unknown => withValueAt(then, path, value);

describe("drift", () => {
  it("is empty between any spec and itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => assert.deepEqual(drift(value, structuredClone(value)), [])),
    );
  });

  it("appears in the inputs exactly where the service's spec changed", () => {
    const now = edited(["services", "web", "envs", "A", "value"], "2");
    assert.deepEqual(changes(inputs, inputsWithDrift(inputs, then, now)), [
      { path: ["services", "web", "envs", "A", "value"], kind: "change", before: "1", after: "2" },
    ]);
  });

  it("ignores defaults set by the service", () =>
    assert.deepEqual(inputsWithDrift(inputs, then, then), inputs));

  it("includes a changed default and an added or removed variable", () => {
    const counted = inputsWithDrift(inputs, then, edited(["services", "web", "instance_count"], 3));
    assert.equal(valueAt(counted, ["services", "web", "instance_count"]), 3);
    const added = inputsWithDrift(inputs, then, edited(["services", "web", "envs", "B"], { value: "x" }));
    assert.deepEqual(valueAt(added, ["services", "web", "envs", "B"]), { value: "x" });
    const removed = inputsWithDrift(inputs, then, edited(["services", "web", "envs", "A"], undefined));
    assert.equal(valueAt(removed, ["services", "web", "envs", "A"]), undefined);
  });

  it("includes a whole list that the inputs do not contain", () => {
    const now = edited(["ingress", "rules", 0, "component", "name"], "api");
    assert.deepEqual(valueAt(inputsWithDrift(inputs, then, now), ["ingress", "rules"]), [
      { component: { name: "api" } },
    ]);
  });

  it("reports a changed secret without its ciphertext", () => {
    const drifted = inputsWithDrift(inputs, then, edited(["services", "web", "envs", "S", "value"], EV2));
    assert.equal(valueAt(drifted, ["services", "web", "envs", "S", "value"]), KEPT_SECRET);
    const added = inputsWithDrift(inputs, then, edited(["envs"], { T: { value: EV2, type: "SECRET" } }));
    assert.doesNotMatch(JSON.stringify(added), /EV\[/);
  });
});

describe("a secret recorded in the state without its value", () => {
  const value = ["services", "web", "envs", "S", "value"];
  const imported = hideSecrets(then);

  it("counts as unchanged for any ciphertext and writes no ciphertext to the state", () => {
    assert.deepEqual(drift(imported, then), []);
    assert.deepEqual(hiddenAsBefore(imported, then), imported);
    assert.deepEqual(hiddenAsBefore(then, then), then);
  });

  it("is reported when removed and does not hide other changes", () => {
    const gone = edited(["services", "web", "envs", "S"], undefined);
    assert.deepEqual(
      drift(imported, gone).map(({ kind, path }) => [kind, ...path]),
      [["remove", "services", "web", "envs", "S"]],
    );
    const now = edited(["region"], "nyc");
    assert.deepEqual(
      drift(imported, now).map(({ path }) => path),
      [["region"]],
    );
  });

  it("is kept if the program gives no value, and sent if it gives one", () => {
    const olds = hideSecrets(inputs);
    assert.equal(valueAt(sealUnchanged(olds, olds, imported, then), value), EV1);
    assert.equal(valueAt(sealUnchanged(inputs, olds, imported, then), value), "s3cret");
  });
});

describe("the value sent for a secret", () => {
  const value = ["services", "web", "envs", "S", "value"];
  const sent = (news: unknown, olds: unknown, now: unknown = then): unknown =>
    valueAt(sealUnchanged(news, olds, then, now), value);

  it("is the ciphertext if neither the input nor the service's value changed", () =>
    assert.equal(sent(inputs, inputs), EV1));

  it("is plain text if the input changed", () =>
    assert.equal(sent(withValueAt(inputs, value, "new"), inputs), "new"));

  it("is plain text if the value changed at the service", () =>
    assert.equal(sent(inputs, inputs, edited(value, EV2)), "s3cret"));

  it("is plain text if the variable is no longer SECRET", () => {
    const general = withValueAt(inputs, ["services", "web", "envs", "S", "type"], "GENERAL");
    assert.equal(sent(general, inputs), "s3cret");
  });

  it("is the service's current value for a placeholder", () =>
    assert.equal(sent(withValueAt(inputs, value, KEPT_SECRET), inputs, edited(value, EV2)), EV2));

  it("is plain text for a new app", () =>
    assert.equal(valueAt(sealUnchanged(inputs, undefined, undefined, undefined), value), "s3cret"));
});

describe("the secrets of a spec", () => {
  it("are the values of secret variables and credentials, and no others", () => {
    const spec = {
      envs: { A: { value: "plain" }, S: { value: "one", type: "SECRET" } },
      services: {
        web: {
          image: { registry_credentials: "two" },
          log_destinations: { l: { logtail: { token: "three" }, headers: { "X-Key": { value: "four" } } } },
        },
      },
      ingress: { secure_header: { key: "k", value: "five" } },
    };
    assert.deepEqual(secretValues(spec).sort(), ["five", "four", "one", "three", "two"]);
  });

  it("are hidden wherever ciphertext appears", () =>
    assert.deepEqual(hideSecrets({ a: [EV1, "x"], b: { c: EV2 } }), {
      a: [KEPT_SECRET, "x"],
      b: { c: KEPT_SECRET },
    }));

  it("are hidden where the service returns them in plain text, and sent back unchanged", () => {
    const header = (value: string): unknown => ({ ingress: { secure_header: { key: "X", value } } });
    const place = ["ingress", "secure_header", "value"];
    const shown = inputsWithDrift(header("wanted"), header("then"), header("now"));
    assert.equal(valueAt(shown, place), KEPT_SECRET);
    assert.equal(valueAt(hideSecrets(header("now")), place), KEPT_SECRET);
    assert.deepEqual(sealUnchanged(shown, shown, header("now"), header("now")), header("now"));
  });
});
