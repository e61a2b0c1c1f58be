import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { report } from "../../../provider/cli/report";
import { marker, reportMarkdown, type Report, type ReportedApp } from "../../../provider/cli/report-markdown";
import { appLines, previewedRun, type PreviewedRun } from "../../../provider/cli/report-run";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import { AppPlatformError } from "../../../provider/errors";
import { runCommand } from "../../helpers/command";

const fixture = (name: string): string =>
  readFileSync(join(__dirname, "../../fixtures/previews", `${name}.json`), "utf8");

const runOf = (content: string): PreviewedRun => previewedRun(content) ?? assert.fail("not a preview");

const linesOf = (run: PreviewedRun): Record<string, string[]> =>
  Object.fromEntries(run.apps.map((app) => [`${app.operation} ${app.resource}`, appLines(app)]));

type Json = Record<string, unknown>;
const TYPE = "app-platform:index:App";
const urn = (name: string, type = TYPE): string => `urn:pulumi:dev::shop::${type}::${name}`;
const web = (more: Json = {}): Json => ({
  web: { image: { repository: "web" }, instance_count: 1, ...more },
});

function step(op: string, olds?: Json, news?: Json, more: Json = {}): Json {
  const state = (inputs: Json | undefined): Json | undefined => inputs && { type: TYPE, id: "an-id", inputs };
  return { op, urn: urn("shop"), oldState: state(olds), newState: state(news), ...more };
}
const preview = (...steps: Json[]): string => JSON.stringify({ steps });
const only = (...steps: Json[]) => {
  const run = runOf(preview(...steps));
  return run.apps[0] ?? assert.fail("no app");
};

describe("previewedRun", () => {
  it("reads the same from programs of both front ends", () => {
    const [dynamic, plugin] = [runOf(fixture("dynamic-update")), runOf(fixture("plugin-update"))];
    assert.deepEqual([dynamic.project, dynamic.stack, plugin.project], ["apps", "dev", "shop"]);
    assert.deepEqual(linesOf(dynamic), linesOf(plugin));
    assert.deepEqual(linesOf(plugin), {
      "delete gone": [
        "- web (service)",
        "- db (database)",
        "- ⚠ The dev database db is removed, and all its data is lost. Back it up first.",
      ],
      "update one": [
        "~ web (service): redeploy without a new build: envs.M.value changed",
        "1 component unchanged",
      ],
      "update two": [
        "~ web (service): redeploy without a new build: envs.S.value changed, instance_count changed, instance_size_slug added",
        "1 component unchanged",
      ],
      "update three": [
        "~ web (service): redeploy without a new build: envs removed, instance_count removed",
        "- db (database): remove, with all its data",
        "- ⚠ The dev database db is removed, and all its data is lost. Back it up first.",
      ],
      "create new": ["+ web (service): create, 1 × apps-s-1vcpu-0.5gb", "+ db (database): create"],
    });
  });

  it("names what a replacement loses", () => {
    const { apps } = runOf(fixture("plugin-replace"));
    assert.deepEqual(
      apps.map(({ operation, warnings }) => [operation, warnings.length]),
      [["replace", 1]],
    );
    const both = preview(
      step("create-replacement", { spec: {} }, { spec: {} }),
      step("replace", { spec: {} }, { spec: {} }),
      step("delete-replaced", { spec: {} }),
    );
    assert.equal(runOf(both).apps.length, 1);
  });

  it("finds the change of a secret, whose masks are the same", () => {
    const inputs = { spec: { services: web({ envs: { KEY: { type: "SECRET", value: "[secret]" } } }) } };
    const detailedDiff = { 'spec.services["web"].envs.KEY.value': { kind: "update" } };
    const changed = only(step("update", inputs, inputs, { detailedDiff }));
    assert.match(appLines(changed).join(), /envs\.KEY\.value changed/);
    assert.equal(only(step("update", inputs, inputs)).plan?.action, "none");
    const commit = { ...inputs, redeployOn: { commit: "[secret]" } };
    const redeployed = only(step("update", commit, commit, { detailedDiff: { "redeployOn.commit": {} } }));
    assert.equal(redeployed.plan?.action, "redeploy");
  });

  it("contains no secret, also after --show-secrets", () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: '"s3cr3t"',
    };
    const inputs = (value: unknown): Json => ({
      spec: { services: web({ envs: { KEY: { type: "SECRET", value } } }) },
    });
    const run = runOf(
      preview(
        step("update", inputs(secret), inputs({ ...secret, plaintext: '"s3cr3t2"' }), {
          detailedDiff: { "spec.services.web.envs.KEY.value": {} },
        }),
      ),
    );
    assert.doesNotMatch(JSON.stringify(run), /s3cr3t/);
    assert.match(linesOf(run)["update shop"]?.join() ?? "", /envs\.KEY\.value changed/);
  });

  it("shows what depends on values that are not known yet", () => {
    const olds = { spec: { services: web({ envs: { URL: { value: "x" } } }) } };
    const news = { spec: { services: web({ envs: { URL: { value: UNKNOWN } } }) } };
    assert.match(
      appLines(only(step("update", olds, news))).join(),
      /may be .*envs\.URL\.value is not known yet/,
    );
    const { apps } = runOf(fixture("plugin-unknown"));
    assert.deepEqual(
      apps.map(({ operation }) => operation),
      ["create", "create", "create"],
    );
    assert.match(
      appLines(only(step("create", undefined, { spec: UNKNOWN }))).join(),
      /spec is not known yet/,
    );
  });

  it("says what it cannot show: a secret spec, a secret list, an adoption", () => {
    assert.match(
      appLines(only(step("update", { spec: "[secret]" }, { spec: "[secret]" }))).join(),
      /spec: not shown/,
    );
    const hidden = only(step("create", undefined, { spec: { services: "[secret]" } }));
    assert.match(appLines(hidden).join(), /services: not shown/);
    const adopted = only(step("create", undefined, { spec: { services: web() }, adopt: true }));
    assert.equal(adopted.operation, "adopt");
    assert.doesNotMatch(appLines(adopted).join(), /create/);
  });

  it("takes the last deployment into account, and lists arguments that deploy nothing", () => {
    const inputs = { spec: { services: web() } };
    const failed = step("update", inputs, inputs);
    (failed["oldState"] as Json)["outputs"] = { __deployment: { id: "d", phase: "ERROR" } };
    assert.equal(only(failed).plan?.action, "redeploy");
    const settings = only(step("update", inputs, { ...inputs, timeouts: { update: "5m" }, projectId: "p" }));
    assert.deepEqual(settings.settings, ["timeouts"]);
    assert.deepEqual(appLines(settings), [
      "moves to another project, without a deployment",
      "changes without a deployment: timeouts",
    ]);
  });

  it("counts other resources, without the stack, providers, and what is only read", () => {
    const of = (op: string, type: string): Json => ({ op, urn: urn("x", type), newState: { type } });
    const run = runOf(
      preview(
        of("create", "pulumi:pulumi:Stack"),
        of("create", "pulumi:providers:random"),
        of("create", "random:index:RandomId"),
        of("update", "digitalocean:index:Domain"),
        of("read", TYPE),
        of("refresh", TYPE),
        of("create", "app-platform:index:Deployment"),
      ),
    );
    assert.deepEqual(run.others, { create: 1, update: 1 });
    assert.deepEqual(run.actions, [{ kind: "Deployment", resource: "x", operation: "create" }]);
    assert.deepEqual(run.apps, []);
  });

  it("collects the errors of a failed preview, with their resources", () => {
    const { errors } = runOf(fixture("dynamic-failed"));
    assert.deepEqual(
      errors.map(({ resource }) => resource),
      ["one"],
    );
    assert.match(
      errors[0]?.message ?? "",
      /^spec\.services\.web\.instace_count: .*did you mean instance_count/,
    );
  });

  it("accepts lines before the JSON, and nothing else", () => {
    assert.equal(runOf(`Updating plugins\n${fixture("dynamic-update")}`).apps.length, 5);
    for (const content of ["", "x", "{}", "[]", "null", '{"deployment":{}}'])
      assert.equal(previewedRun(content), undefined);
  });

  it("accepts any JSON in any place", () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const steps = fc.array(
      fc.record({
        op: fc.constantFrom("create", "update", "delete", "replace"),
        urn: fc.constant(urn("shop")),
        oldState: fc.record({ inputs: fc.record({ spec: value }), outputs: value, id: value }),
        newState: fc.record({ inputs: value }),
        detailedDiff: value,
      }),
    );
    fc.assert(
      fc.property(steps, value, (given, diagnostics) => {
        const run = runOf(JSON.stringify({ steps: given, diagnostics: [diagnostics] }));
        for (const app of run.apps) appLines(app);
      }),
    );
  });
});

const APP: ReportedApp = {
  resource: "shop",
  name: "shop",
  operation: "update",
  action: "update",
  lines: ["~ web (service): redeploy without a new build: instance_count changed"],
  price: { before: 12, after: 24 },
  consoleUrl: "https://cloud.digitalocean.com/apps/1",
  liveUrl: "https://shop.ondigitalocean.app",
};
const REPORT: Report = {
  project: "shop",
  stack: "dev",
  failed: false,
  runUrl: "https://ci.example.com/runs/1",
  apps: [APP],
  actions: [],
  others: {},
  errors: [],
};

interface Node {
  type: string;
  value?: string;
  url?: string;
  children?: Node[];
}

/** The nodes of a Markdown text, as a parser sees them. */
async function nodesOf(text: string): Promise<Node[]> {
  const { __debug } = (await import("prettier")) as unknown as {
    __debug: { parse(text: string, options: object): Promise<{ ast: Node }> };
  };
  const all = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(all)];
  return all((await __debug.parse(text, { parser: "markdown" })).ast);
}

describe("reportMarkdown", () => {
  it("begins with the marker of the stack, and shows components, price and links", () => {
    const text = reportMarkdown({
      ...REPORT,
      others: { create: 2 },
      actions: [{ kind: "Rollback", resource: "back", operation: "create" }],
    });
    assert.equal(text.split("\n")[0], "<!-- app-platform: shop/dev -->");
    for (const part of [
      "instance_count changed",
      "$12 → $24 a month",
      "(https://cloud.digitalocean.com/apps/1)",
      "(https://ci.example.com/runs/1)",
      "2 `create`",
      "Rollback `back`",
    ])
      assert.ok(text.includes(part), part);
  });

  it("adds up the prices of all apps, and says for how many it has none", () => {
    const text = reportMarkdown({
      ...REPORT,
      apps: [APP, { ...APP, price: { before: 0, after: 5.5 } }, { ...APP, price: {} }],
    });
    assert.match(text, /\$12 → \$29\.50 a month, without 1 whose price is unknown/);
  });

  it("marks a failed preview, with its errors or a hint", () => {
    assert.match(reportMarkdown({ ...REPORT, failed: true, apps: [] }), /failed[^]*log of the run/);
    const text = reportMarkdown({
      ...REPORT,
      failed: true,
      errors: [{ resource: "shop", message: "no token dop_v1_0123456789abcdef" }],
    });
    assert.match(text, /failed[^]*shop: no token \*\*\*/);
  });

  it("stays below the limit of a comment, and says how many apps it leaves out", async () => {
    const lines = Array.from({ length: 300 }, (_, at) => `+ component-${at} (service): ${"x".repeat(900)}`);
    const text = reportMarkdown({
      ...REPORT,
      apps: Array.from({ length: 500 }, () => ({ ...APP, lines })),
      errors: Array.from({ length: 500 }, () => ({ resource: "shop", message: "y".repeat(5_000) })),
      actions: Array.from({ length: 5_000 }, () => ({
        kind: "Deployment" as const,
        resource: "z".repeat(99),
        operation: "create",
      })),
    });
    assert.ok(text.length <= 65_536, String(text.length));
    assert.match(text, /and \d+ more apps/);
    const many = reportMarkdown({ ...REPORT, apps: Array.from({ length: 2_000 }, () => APP) });
    assert.ok(many.length <= 65_536 && many.split("####").length > 200);
    const open = (await nodesOf(many)).filter(({ type }) => type === "code").length;
    assert.equal(open, many.split("####").length - 1);
  });

  it("shows hostile texts as text: no HTML, link, mention, reference or heading", async () => {
    const hostile = [
      "<img src=x onerror=alert(1)>",
      "--> <script>",
      "[x](https://evil.example.com)",
      "`` ` ``` ```` @octocat #1",
      "```\n# heading\n<b>",
      "\n\n---\n\n@octocat",
      "x\n```\n<b>y</b>\n````",
      "https://evil.example.com",
      "| a | b |",
      "\u202e\u0000\u001b[31m",
    ];
    const everywhere = (evil: string): Report => ({
      project: evil,
      stack: evil,
      failed: true,
      runUrl: "https://ci.example.com/a)b`c<d>",
      apps: [
        { ...APP, resource: evil, name: evil, lines: [evil, `~ ${evil}`], liveUrl: `javascript:${evil}` },
        { ...APP, liveUrl: `https://x.example.com/)${evil}` },
      ],
      actions: [{ kind: "Deployment", resource: evil, operation: evil }],
      others: { [evil]: 1 },
      errors: [{ resource: evil, message: evil }],
    });
    for (const evil of [...hostile, hostile.join(" ")]) {
      const nodes = await nodesOf(reportMarkdown(everywhere(evil)));
      const of = (type: string): Node[] => nodes.filter((node) => node.type === type);
      assert.equal(of("html").length, 1, "only the marker");
      assert.match(of("html")[0]?.value ?? "", /^<!-- app-platform: [\w./-]+ -->$/);
      for (const { url } of of("link"))
        assert.match(
          url ?? "",
          /^https:\/\/(ci\.example|cloud\.digitalocean|x\.example|shop\.ondigitalocean)\./,
        );
      assert.ok(of("link").length <= 5 && of("image").length === 0 && of("table").length === 0);
      assert.equal(of("heading").length, 3);
      for (const { value = "" } of of("text")) assert.doesNotMatch(value, /[@#<]|evil/, evil);
    }
  });

  it("has a marker without characters that would end it", () => {
    assert.equal(marker("a-->b", "c--d"), "<!-- app-platform: a-_b/c-d -->");
  });
});

describe("app-platform report", () => {
  it("reads standard input, and prints Markdown or JSON", async () => {
    const input = fixture("plugin-update");
    const { out, code } = await runCommand(
      report,
      ["-", "--run-url", "https://ci.example.com/1"],
      {},
      { input },
    );
    assert.equal(code, 0);
    assert.match(out, /^<!-- app-platform: shop\/dev -->\n[^]*\[run\]\(https:\/\/ci\.example\.com\/1\)/);
    const json = JSON.parse((await runCommand(report, ["-", "--json"], {}, { input })).out) as Report;
    assert.deepEqual(
      json.apps.map(({ name, operation, action }) => [name, operation, action]),
      [
        ["gone", "delete", null],
        ["two", "update", "update"],
        ["one", "update", "update"],
        ["three", "update", "update"],
        ["new", "create", "create"],
      ],
    );
    assert.equal(json.failed, false);
  });

  it("reports a preview that printed nothing as failed, under the given name", async () => {
    const { out } = await runCommand(report, ["-", "--failed", "--stack", "shop/pr-1"], {}, { input: "" });
    assert.match(out, /^<!-- app-platform: shop\/pr-1 -->\n[^]*failed/);
  });

  it("rejects another file without showing it, an address that is none, and an incomplete stack", async () => {
    const rejected = async (args: string[], input = ""): Promise<string> => {
      try {
        await runCommand(report, args, {}, { input });
      } catch (error) {
        return (error as Error).message;
      }
      return assert.fail("accepted");
    };
    assert.doesNotMatch(await rejected(["-"], "s3cr3t"), /s3cr3t/);
    await assert.rejects(runCommand(report, ["-"], {}, { input: "{}" }), AppPlatformError);
    for (const args of [["-", "--run-url", "javascript:alert(1)"], ["-", "--stack", "dev"], []])
      await rejected(args);
  });
});
