import assert from "node:assert/strict";
import fc from "fast-check";
import { changes } from "../../../provider/appspec/diff";
import { plan } from "../../../provider/appspec/plan";
import {
  describeOpenSecrets,
  openSecrets,
  secretVariables,
  withoutStoredChanges,
  withStored,
} from "../../../provider/appspec/stored-secrets";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import type { HiddenInputs } from "../../../provider/dynamic/hidden-inputs";
import type { AppInputs } from "../../../provider/resources/app/state";
import { checkApp } from "../../helpers/check-app";

const EV = `EV[1:${"a".repeat(32)}:${"b".repeat(32)}]`;
const EMPTY = `EV[1:${"A".repeat(32)}:${"A".repeat(22)}==]`;
const git = { repo_clone_url: "https://git.example.com/web.git", branch: "main" };

/** A spec by name whose service has one variable. */
const web = (variable: object | undefined): object => ({
  name: "shop",
  services: { web: { git, ...(variable && { envs: { TOKEN: variable } }) } },
});
const secret = (value?: unknown): object => web({ type: "SECRET", ...(value !== undefined && { value }) });
const NAMED = { emptySecrets: ["web.TOKEN"] };

describe("SECRET variables without a value", () => {
  it("are found in the app and in every kind of component, with their addresses", () => {
    const envs = {
      A: { type: "SECRET" },
      B: { type: "SECRET", value: "" },
      C: { type: "SECRET", value: "x" },
      D: {},
    };
    const spec = {
      envs,
      workers: { mail: { envs } },
      static_sites: [{ name: "site", envs: [{ key: "L", type: "SECRET" }] }],
    };
    const { variables, complete } = secretVariables(spec);
    assert.equal(complete, true);
    assert.deepEqual(variables.map(({ address }) => address).sort(), [
      "A",
      "B",
      "C",
      "mail.A",
      "mail.B",
      "mail.C",
      "site.L",
    ]);
    assert.deepEqual(
      openSecrets(spec, ["mail.A", "B"])
        .map(({ address }) => address)
        .sort(),
      ["A", "mail.B", "site.L"],
    );
    for (const unknown of [
      UNKNOWN,
      { envs: UNKNOWN },
      { services: { web: UNKNOWN } },
      { envs: { A: { type: UNKNOWN } } },
    ])
      assert.equal(secretVariables(unknown).complete, false);
  });

  it("keep the stored value unless emptySecrets lists them", () => {
    for (const empty of [undefined, "", null])
      for (const stored of [EV, EMPTY, "was GENERAL"])
        assert.deepEqual(withStored(secret(empty), [], secret(stored)), secret(stored));
    assert.deepEqual(withStored(secret(), ["web.TOKEN"], secret(EV)), secret(""));
    assert.deepEqual(withStored(secret(), ["web.TOKEN"], secret(EMPTY)), secret(EMPTY), "is empty already");
    assert.deepEqual(withStored(secret("new"), [], secret(EV)), secret("new"));
    assert.deepEqual(withStored(secret(), [], web(undefined)), secret(), "there is nothing stored");
    assert.deepEqual(withStored(web({ value: "" }), [], secret(EV)), web({ value: "" }), "is no SECRET");
    assert.deepEqual(withStored(secret(UNKNOWN), [], secret(EV)), secret(UNKNOWN));
  });

  it("cause no change in a plan while they have no value, in any notation", () => {
    const same = [secret(), secret(""), secret(null)];
    for (const olds of [...same, secret("x")])
      for (const news of same) {
        assert.equal(plan({ spec: olds, lastPhase: "ACTIVE" }, { spec: news }).action, "none");
      }
  });

  it("are changed once by emptySecrets, and by setting a value", () => {
    const action = (olds: object, news: object): string =>
      plan({ lastPhase: "ACTIVE", ...(olds as { spec: unknown }) }, news as { spec: unknown }).action;
    assert.equal(action({ spec: secret() }, { spec: secret(), ...NAMED }), "update");
    assert.equal(action({ spec: secret("x") }, { spec: secret(), ...NAMED }), "update");
    assert.equal(action({ spec: secret(), ...NAMED }, { spec: secret(""), ...NAMED }), "none");
    assert.equal(action({ spec: secret(), ...NAMED }, { spec: secret() }), "none");
    assert.equal(action({ spec: secret() }, { spec: secret("x") }), "update");
    assert.equal(action({ spec: secret(), ...NAMED }, { spec: secret("x") }), "update");
    assert.equal(action({ spec: web({ value: "x" }) }, { spec: secret() }), "update");
    assert.equal(action({ spec: web(undefined) }, { spec: secret() }), "update");
  });

  it("never cause an update on their own", () => {
    const value = fc.constantFrom(undefined, "", "x", EV);
    const named = fc.constantFrom<{ emptySecrets?: string[] }>({}, NAMED, { emptySecrets: [] });
    fc.assert(
      fc.property(value, named, (one, more) => {
        assert.equal(
          plan({ spec: secret(one), ...more, lastPhase: "ACTIVE" }, { spec: secret(one), ...more }).action,
          "none",
        );
        const stored = withStored(secret(one), more.emptySecrets, secret(EV));
        assert.deepEqual(changes(withStored(secret(one), more.emptySecrets, stored), stored), []);
      }),
    );
  });

  it("are no drift when somebody else changes them, unless they are added, removed or listed", () => {
    const other = EV.replaceAll("b", "c");
    const drifted = (now: object, then: object, spec: object, listed: string[] = []): unknown =>
      withoutStoredChanges(now, then, spec, listed);
    assert.deepEqual(drifted(secret(other), secret(EV), secret()), secret(EV));
    assert.deepEqual(drifted(secret(other), secret(EV), secret(), ["web.TOKEN"]), secret(other));
    assert.deepEqual(drifted(secret(other), secret(EV), secret("x")), secret(other));
    assert.deepEqual(drifted(secret(), secret(EV), secret()), secret());
    assert.deepEqual(drifted(secret(other), secret(), secret()), secret(other));
    assert.deepEqual(drifted(web(undefined), secret(EV), secret()), web(undefined));
  });

  it("are reported when they are added or lose their value", () => {
    const open = openSecrets(secret(), []);
    assert.match(
      describeOpenSecrets(open, web(undefined), undefined).warning ?? "",
      /spec\.services\.web\.envs\.TOKEN.*"web\.TOKEN"/,
    );
    assert.deepEqual(describeOpenSecrets(open, secret(), secret(EV)), { warning: undefined });
    const { warning, note } = describeOpenSecrets(open, secret("S3cr3t"), secret(EV));
    assert.equal(warning, undefined);
    assert.match(note ?? "", /keeps the stored one: web\.TOKEN.*add "web\.TOKEN" to emptySecrets/);
    assert.doesNotMatch(note ?? "", /S3cr3t/);
  });
});

describe("check of emptySecrets", () => {
  const checked = (spec: unknown, emptySecrets: unknown, isNew = true) => {
    const { failures, warnings } = checkApp({ spec, emptySecrets } as AppInputs & HiddenInputs, isNew);
    return { failures: failures.map(({ reason }) => reason).join("\n"), warnings: warnings.join("\n") };
  };

  it("accepts the addresses of SECRET variables without a value", () => {
    for (const given of [undefined, [], ["web.TOKEN"], UNKNOWN, [UNKNOWN]])
      assert.equal(checked(secret(), given).failures, "");
    assert.equal(checked(secret(UNKNOWN), ["web.TOKEN"]).failures, "");
    assert.equal(checked({ ...web(undefined), envs: UNKNOWN }, ["TOKEN"]).failures, "");
  });

  it("rejects all other entries, with a suggestion for typos", () => {
    for (const wrong of ["web.TOKEN", [7], [""], { web: 1 }])
      assert.match(checked(secret(), wrong).failures, /list of addresses .*\["web\.TOKEN"\]/);
    assert.match(checked(secret(), ["web.TOKNE"]).failures, /web\.TOKNE .*mean web\.TOKEN\?/);
    assert.match(
      checked(web({ value: "" }), ["web.TOKEN"]).failures,
      /no variable web\.TOKEN with type: SECRET/,
    );
    const { failures } = checked(secret("S3cr3t"), ["web.TOKEN"]);
    assert.match(failures, /web\.TOKEN has a value/);
    assert.doesNotMatch(failures, /S3cr3t/);
  });

  it("warns about variables of a new app that will be empty, unless they are listed", () => {
    assert.match(checked(secret(), []).warnings, /empty: spec\.services\.web\.envs\.TOKEN\./);
    assert.equal(checked(secret(), ["web.TOKEN"]).warnings, "");
    assert.equal(checked(secret("x"), []).warnings, "");
    assert.equal(checked(secret(), [], false).warnings, "");
    const adopted = checkApp({ spec: secret(), adopt: true } as AppInputs & HiddenInputs, true);
    assert.deepEqual(adopted.warnings, []);
  });
});
