import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addressOf,
  destinationKeys,
  entryHeld,
  findAlert,
  fingerprint,
  matching,
  requestFor,
  webhooksOf,
  webhookUrls,
  type KeyedDestination,
} from "../../../../../provider/resources/app/alerts/destinations";
import { KEPT_SECRET } from "../../../../../provider/appspec/secrets";

const CPU = { component: "web", rule: "CPU_UTILIZATION" };
const SOON = { operator: "GREATER_THAN", window: "FIVE_MINUTES" };
const LATE = { operator: "GREATER_THAN", window: "ONE_HOUR" };

describe("keys of alert destinations", () => {
  it("consist of component and rule, or of the rule alone for the whole app", () => {
    assert.deepEqual(destinationKeys([CPU, { rule: "DEPLOYMENT_FAILED" }]), [
      "web/CPU_UTILIZATION",
      "DEPLOYMENT_FAILED",
    ]);
  });

  it("contain operator and window only when a rule repeats", () => {
    const memory = { component: "web", rule: "MEM_UTILIZATION", ...SOON };
    assert.deepEqual(destinationKeys([{ ...CPU, ...SOON }, { ...CPU, ...LATE }, memory]), [
      "web/CPU_UTILIZATION:GREATER_THAN:FIVE_MINUTES",
      "web/CPU_UTILIZATION:GREATER_THAN:ONE_HOUR",
      "web/MEM_UTILIZATION",
    ]);
  });

  it("are undefined for two entries of one alert, and for one without a rule", () => {
    for (const list of [[CPU, CPU], [{ emails: [] }], [{ rule: "" }], [{ rule: 1 }], ["CPU"], [null]])
      assert.equal(destinationKeys(list), undefined, JSON.stringify(list));
  });

  it("resolve to the alert of the entry", () => {
    const name = fc.constantFrom("web", "api", undefined);
    const rule = fc.constantFrom("CPU_UTILIZATION", "DEPLOYMENT_LIVE");
    const limit = fc.constantFrom(SOON, LATE, {});
    fc.assert(
      fc.property(fc.array(fc.record({ component: name, rule, limit }), { maxLength: 5 }), (items) => {
        const list = items.map(({ component, rule, limit }) => ({
          ...(component && { component }),
          rule,
          ...limit,
        }));
        const keys = destinationKeys(list);
        const distinct = new Set(list.map((entry) => JSON.stringify(Object.entries(entry).sort())));
        assert.equal(keys !== undefined, distinct.size === list.length);
        keys?.forEach((key, index) => {
          const { component, rule: _rule, ...rest } = list[index] as Record<string, string>;
          const address = addressOf(key, rest as KeyedDestination);
          assert.deepEqual(
            [address.component, address.rule, address.operator, address.window],
            [component, list[index]?.rule, rest["operator"], rest["window"]],
          );
        });
      }),
    );
  });
});

describe("finding alerts", () => {
  const spec = [
    { ...CPU, ...SOON },
    { ...CPU, ...LATE },
    { component: "web", rule: "MEM_UTILIZATION", ...SOON },
    { component: undefined, rule: "DEPLOYMENT_FAILED" },
  ];
  const listed = [
    { id: "1", component_name: "web", spec: { rule: "CPU_UTILIZATION", ...SOON } },
    { id: "2", component_name: "web", spec: { rule: "CPU_UTILIZATION", ...LATE } },
    { id: "3", component_name: "web", spec: { rule: "MEM_UTILIZATION", ...SOON } },
    {
      id: "4",
      component_name: "",
      spec: {
        rule: "DEPLOYMENT_FAILED",
        operator: "UNSPECIFIED_OPERATOR",
        window: "UNSPECIFIED_WINDOW",
      },
    },
    { id: "5", component_name: "api", spec: { rule: "MEM_UTILIZATION", ...SOON } },
  ];

  it("matches any value for the parts that a key omits", () => {
    assert.equal(matching(CPU, spec).length, 2);
    assert.deepEqual(matching({ ...CPU, window: "ONE_HOUR" }, spec), [{ ...CPU, ...LATE }]);
    assert.deepEqual(matching({ rule: "CPU_UTILIZATION" }, spec), []);
  });

  it("finds the service's alert by component and full rule", () => {
    const id = (address: Parameters<typeof findAlert>[0]) => findAlert(address, spec, listed)?.id;
    assert.equal(id({ ...CPU, ...SOON }), "1");
    assert.equal(id({ ...CPU, window: "ONE_HOUR" }), "2");
    assert.equal(id({ component: "web", rule: "MEM_UTILIZATION" }), "3");
    assert.equal(id({ rule: "DEPLOYMENT_FAILED" }), "4");
    assert.equal(id({ rule: "DOMAIN_FAILED" }), undefined);
  });

  it("returns none when the key is ambiguous", () => {
    const two = [listed[0]!, { ...listed[0]!, id: "9" }];
    assert.equal(findAlert({ ...CPU, ...SOON }, spec, two), undefined);
  });

  it("finds an alert whose limits the service filled in", () => {
    assert.equal(findAlert(CPU, [CPU], [listed[0]!])?.id, "1");
  });
});

describe("destinations stored at the service", () => {
  const url = "https://hooks.slack.example/T0/B0/program";
  const entry: KeyedDestination = {
    operator: "GREATER_THAN",
    emails: ["a@example.com", "b@example.com"],
    slackWebhooks: { "#ops": { url } },
  };
  const held = () => structuredClone(requestFor(entry, {}));

  it("are equal in any order, and differ for any other value", () => {
    const { emails = [], slack_webhooks: hooks = [] } = held();
    const more = { url: "https://hooks.slack.example/other", channel: "#dev" };
    assert.equal(fingerprint({ emails: [...emails].reverse(), slack_webhooks: hooks }), fingerprint(held()));
    assert.equal(
      fingerprint({ slack_webhooks: [more, ...hooks] }),
      fingerprint({ slack_webhooks: [...hooks, more] }),
    );
    assert.equal(fingerprint({}), fingerprint({ emails: [], slack_webhooks: [] }));
    for (const other of [
      { ...held(), emails: ["a@example.com"] },
      { ...held(), slack_webhooks: [{ url, channel: "#dev" }] },
      { ...held(), slack_webhooks: [{ url: `${url}x`, channel: "#ops" }] },
    ])
      assert.notEqual(fingerprint(other), fingerprint(held()));
    assert.ok(!fingerprint(held()).includes("slack"));
  });

  it("leave an entry unchanged when they match it", () => {
    const emails = [...(entry.emails ?? [])].reverse();
    assert.deepEqual(entryHeld(entry, { ...held(), emails }), entry);
    assert.deepEqual(entryHeld({}, { emails: [], slack_webhooks: [] }), {});
  });

  it("never reveal an address that the program does not contain", () => {
    const strange = "https://hooks.slack.example/T0/B0/stranger";
    const seen = entryHeld(entry, {
      emails: ["c@example.com"],
      slack_webhooks: [
        { url: strange, channel: "#ops" },
        { url: strange, channel: "#new" },
      ],
    });
    assert.deepEqual(seen, {
      operator: "GREATER_THAN",
      emails: ["c@example.com"],
      slackWebhooks: { "#ops": { url: KEPT_SECRET }, "#new": { url: KEPT_SECRET } },
    });
  });

  it("keep their address when the program leaves it unchanged", () => {
    const strange = { url: "https://hooks.slack.example/stranger", channel: "#ops" };
    const ignored = { emails: ["a@example.com"], slackWebhooks: { "#ops": { url: KEPT_SECRET } } };
    assert.deepEqual(requestFor(ignored, { slack_webhooks: [strange] }), {
      emails: ["a@example.com"],
      slack_webhooks: [strange],
    });
    assert.deepEqual(requestFor(ignored, {}).slack_webhooks, []);
  });

  it("return webhook addresses in any form, for masking", () => {
    const list = [{ rule: "X", slackWebhooks: [{ url, channel: "#a" }] }];
    assert.deepEqual(webhookUrls({ X: entry }), [url]);
    assert.deepEqual(webhookUrls(list), [url]);
    for (const nothing of [undefined, "unknown", { X: {} }, { X: { slackWebhooks: "unknown" } }, [null]])
      assert.deepEqual(webhookUrls(nothing), []);
    assert.deepEqual(webhooksOf(entry), [{ url, channel: "#ops" }]);
    assert.deepEqual(webhooksOf({ slackWebhooks: [{ url, channel: "#a" }] }), [{ url, channel: "#a" }]);
  });
});
