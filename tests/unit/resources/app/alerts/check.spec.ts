import assert from "node:assert/strict";
import { checkDestinations } from "../../../../../provider/resources/app/alerts/check";
import { check } from "../../../../../provider/resources/app/check";
import { listsToMaps } from "../../../../../provider/appspec/lists-by-name";
import { KEPT_SECRET } from "../../../../../provider/appspec/secrets";
import { UNKNOWN } from "../../../../../provider/appspec/unknown";
import type { AppInputs } from "../../../../../provider/resources/app/state";
import { TYPESCRIPT } from "../../../../../provider/text/program-texts";

const cpu = (window: string) => ({ rule: "CPU_UTILIZATION", operator: "GREATER_THAN", value: 80, window });
const SPEC = listsToMaps({
  name: "shop",
  alerts: [{ rule: "DEPLOYMENT_FAILED" }],
  services: [
    { name: "web", alerts: [cpu("FIVE_MINUTES"), cpu("ONE_HOUR"), { rule: "RESTART_COUNT" }] },
    { name: "api" },
  ],
}) as Record<string, unknown>;

const problems = (destinations: unknown, spec: unknown = SPEC): string[] =>
  checkDestinations(destinations, spec);

describe("check of alert destinations", () => {
  it("accepts entries for alerts of the spec", () => {
    const emails = ["a@example.com"];
    const slackWebhooks = { "#ops": { url: "https://hooks.example/x" } };
    assert.deepEqual(
      problems({
        DEPLOYMENT_FAILED: { emails, slackWebhooks },
        "web/RESTART_COUNT": {},
        "web/CPU_UTILIZATION:ONE_HOUR": { window: "ONE_HOUR", slackWebhooks: [] },
        "web/CPU_UTILIZATION:FIVE_MINUTES": { window: "FIVE_MINUTES", emails: [] },
      }),
      [],
    );
    assert.deepEqual(problems(undefined), []);
  });

  const wrong: [string, unknown, RegExp][] = [
    [
      "an alert the component does not have",
      { "web/MEM_UTILIZATION": {} },
      /^alertDestinations\["web\/MEM_UTILIZATION"\]: .*component web .*Add .*MEM_UTILIZATION/,
    ],
    [
      "another window than the spec's",
      { "web/CPU_UTILIZATION": { window: "TEN_MINUTES" } },
      /Add .*CPU_UTILIZATION \(window TEN_MINUTES\)/,
    ],
    ["an alert the app does not have", { DOMAIN_FAILED: {} }, /: the spec has no such alert/],
    ["a misspelled component", { "wbe/RESTART_COUNT": {} }, /component wbe; .*mean web\?/],
    [
      "a rule that is there twice",
      { "web/CPU_UTILIZATION": {} },
      /2 alerts .*operator GREATER_THAN, window FIVE_MINUTES\b/,
    ],
    ["an email that is none", { DEPLOYMENT_FAILED: { emails: ["nobody"] } }, /emails must be a list/],
    ["emails as text", { DEPLOYMENT_FAILED: { emails: "a@b" } }, /emails must be a list/],
    [
      "a webhook without https",
      { DEPLOYMENT_FAILED: { slackWebhooks: { "#a": { url: "http://x" } } } },
      /slackWebhooks .*\{ url, channel \}/,
    ],
    [
      "a webhook without a channel",
      { DEPLOYMENT_FAILED: { slackWebhooks: [{ url: "https://x" }] } },
      /slackWebhooks must be/,
    ],
    ["a misspelled field", { DEPLOYMENT_FAILED: { email: ["a@b"] } }, /email .*mean emails\?/],
    ["an entry that is no map", { DEPLOYMENT_FAILED: "me@example.com" }, /must be a map of emails/],
    ["two entries for one alert", [{ rule: "A" }, { rule: "A" }], /same alert/],
    ["an entry without a rule", [{ emails: [] }], /alertDestinations\[0\]: needs the rule/],
    ["a component that is no name", [{ rule: "A", component: 1 }], /alertDestinations\[0\]: component must/],
    ["something that is no list", "me@example.com", /alertDestinations: must be a list/],
  ];
  for (const [what, destinations, words] of wrong)
    it(`rejects ${what}`, () => {
      const found = problems(destinations);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", words);
    });

  it("rejects two entries for the same alert in different notations", () => {
    const [found, ...more] = problems({
      "web/RESTART_COUNT": {},
      "web/RESTART_COUNT:GREATER_THAN": { operator: "GREATER_THAN" },
    });
    assert.match(found ?? "", /no such alert|same alert/);
    assert.deepEqual(more, []);
    const repeated = problems({
      "web/CPU_UTILIZATION:a": { window: "ONE_HOUR" },
      "web/CPU_UTILIZATION:b": { window: "ONE_HOUR", operator: "GREATER_THAN" },
    });
    assert.equal(repeated.length, 1);
    assert.match(
      repeated[0] ?? "",
      /^alertDestinations\["web\/CPU_UTILIZATION:b"\]: .*same alert.*\["web\/CPU_UTILIZATION:a"\]/,
    );
  });

  it("never shows the address of a webhook", () => {
    const url = "ftp://hooks.example/very-secret";
    const shown = problems({ DOMAIN_FAILED: { slackWebhooks: { "#a": { url } }, emails: 1 } }).join("\n");
    assert.ok(shown.length > 0 && !shown.includes("very-secret"), shown);
  });

  it("accepts unknown values, and values that a read left in the state", () => {
    const entry = { "web/MEM_UTILIZATION": {} };
    const web = (component: unknown) => ({ ...SPEC, services: { web: component } });
    assert.deepEqual(problems(UNKNOWN), []);
    assert.deepEqual(problems({ DEPLOYMENT_FAILED: UNKNOWN }), []);
    assert.deepEqual(problems({ DEPLOYMENT_FAILED: { emails: [UNKNOWN], slackWebhooks: UNKNOWN } }), []);
    assert.deepEqual(problems({ DEPLOYMENT_FAILED: { slackWebhooks: { "#a": { url: KEPT_SECRET } } } }), []);
    assert.deepEqual(problems(entry, UNKNOWN), []);
    assert.deepEqual(problems(entry, { ...SPEC, services: UNKNOWN }), []);
    assert.deepEqual(problems(entry, web({ alerts: UNKNOWN })), []);
    assert.deepEqual(problems(entry, web({ alerts: [{ rule: UNKNOWN }] })), []);
    assert.equal(problems(entry, web({ alerts: [{ rule: "OTHER" }] })).length, 1);
  });
});

describe("check of onFailedDeployment", () => {
  const failures = (more: Record<string, unknown>): string[] =>
    check({ spec: {}, ...more } as AppInputs, {}, TYPESCRIPT)
      .failures.map(({ reason }) => reason)
      .filter((reason) => reason.startsWith("onFailedDeployment"));

  it("accepts keep and rollback only", () => {
    for (const choice of ["keep", "rollback", undefined, UNKNOWN])
      assert.deepEqual(failures({ onFailedDeployment: choice }), []);
    assert.match(failures({ onFailedDeployment: "revert" })[0] ?? "", /must be "keep" or "rollback"/);
  });

  it("accepts rollback only when the App waits for deployments", () => {
    assert.match(
      failures({ onFailedDeployment: "rollback", wait: false })[0] ?? "",
      /requires waiting.*wait/,
    );
    assert.deepEqual(failures({ onFailedDeployment: "keep", wait: false }), []);
  });
});
