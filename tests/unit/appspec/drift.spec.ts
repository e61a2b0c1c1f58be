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
  it("is empty between a spec and itself, whatever it holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => assert.deepEqual(drift(value, structuredClone(value)), [])),
    );
  });

  it("shows on the inputs exactly where the service's spec changed", () => {
    const now = edited(["services", "web", "envs", "A", "value"], "2");
    assert.deepEqual(changes(inputs, inputsWithDrift(inputs, then, now)), [
      { path: ["services", "web", "envs", "A", "value"], kind: "change", before: "1", after: "2" },
    ]);
  });

  it("never counts defaults that the service filled in", () =>
    assert.deepEqual(inputsWithDrift(inputs, then, then), inputs));

  it("shows a default that someone changed, and a variable that someone added or removed", () => {
    const counted = inputsWithDrift(inputs, then, edited(["services", "web", "instance_count"], 3));
    assert.equal(valueAt(counted, ["services", "web", "instance_count"]), 3);
    const added = inputsWithDrift(inputs, then, edited(["services", "web", "envs", "B"], { value: "x" }));
    assert.deepEqual(valueAt(added, ["services", "web", "envs", "B"]), { value: "x" });
    const removed = inputsWithDrift(inputs, then, edited(["services", "web", "envs", "A"], undefined));
    assert.equal(valueAt(removed, ["services", "web", "envs", "A"]), undefined);
  });

  it("takes a list over whole where the inputs do not hold it", () => {
    const now = edited(["ingress", "rules", 0, "component", "name"], "api");
    assert.deepEqual(valueAt(inputsWithDrift(inputs, then, now), ["ingress", "rules"]), [
      { component: { name: "api" } },
    ]);
  });

  it("shows a changed secret as changed, without its ciphertext", () => {
    const drifted = inputsWithDrift(inputs, then, edited(["services", "web", "envs", "S", "value"], EV2));
    assert.equal(valueAt(drifted, ["services", "web", "envs", "S", "value"]), KEPT_SECRET);
    const added = inputsWithDrift(inputs, then, edited(["envs"], { T: { value: EV2, type: "SECRET" } }));
    assert.doesNotMatch(JSON.stringify(added), /EV\[/);
  });
});

describe("a secret of which the state knows only that it is there", () => {
  const value = ["services", "web", "envs", "S", "value"];
  const imported = hideSecrets(then);

  it("has not changed, whatever its ciphertext, and shows no ciphertext to the state", () => {
    assert.deepEqual(drift(imported, then), []);
    assert.deepEqual(hiddenAsBefore(imported, then), imported);
    assert.deepEqual(hiddenAsBefore(then, then), then);
  });

  it("is missed when it has gone, and does not hide what changed beside it", () => {
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

  it("is kept by a program that does not say otherwise, and sent by one that gives its value", () => {
    const olds = hideSecrets(inputs);
    assert.equal(valueAt(sealUnchanged(olds, olds, imported, then), value), EV1);
    assert.equal(valueAt(sealUnchanged(inputs, olds, imported, then), value), "s3cret");
  });
});

describe("what is sent for secrets", () => {
  const value = ["services", "web", "envs", "S", "value"];
  const sent = (news: unknown, olds: unknown, now: unknown = then): unknown =>
    valueAt(sealUnchanged(news, olds, then, now), value);

  it("is the ciphertext where neither the input nor the service's value changed", () =>
    assert.equal(sent(inputs, inputs), EV1));

  it("is the value in clear where the input changed", () =>
    assert.equal(sent(withValueAt(inputs, value, "new"), inputs), "new"));

  it("is the value in clear where someone changed it at the service", () =>
    assert.equal(sent(inputs, inputs, edited(value, EV2)), "s3cret"));

  it("is the value in clear where the variable stops being secret", () => {
    const general = withValueAt(inputs, ["services", "web", "envs", "S", "type"], "GENERAL");
    assert.equal(sent(general, inputs), "s3cret");
  });

  it("is what the service holds now for a placeholder", () =>
    assert.equal(sent(withValueAt(inputs, value, KEPT_SECRET), inputs, edited(value, EV2)), EV2));

  it("is the value in clear for a new app", () =>
    assert.equal(valueAt(sealUnchanged(inputs, undefined, undefined, undefined), value), "s3cret"));
});

describe("secrets of a spec", () => {
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

  it("are hidden wherever ciphertext stands", () =>
    assert.deepEqual(hideSecrets({ a: [EV1, "x"], b: { c: EV2 } }), {
      a: [KEPT_SECRET, "x"],
      b: { c: KEPT_SECRET },
    }));

  it("hides what the service gives in clear at a secret place, and sends that back as it is", () => {
    const header = (value: string): unknown => ({ ingress: { secure_header: { key: "X", value } } });
    const place = ["ingress", "secure_header", "value"];
    const shown = inputsWithDrift(header("wanted"), header("then"), header("now"));
    assert.equal(valueAt(shown, place), KEPT_SECRET);
    assert.equal(valueAt(hideSecrets(header("now")), place), KEPT_SECRET);
    assert.deepEqual(sealUnchanged(shown, shown, header("now"), header("now")), header("now"));
  });
});
