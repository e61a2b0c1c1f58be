import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { validate } from "../../../provider/appspec/validate";
import { foreignSchemaErrors } from "../../helpers/foreign-schemas";

const page = (name: string): string => readFileSync(join(__dirname, "../../../docs", name), "utf8");

/** The code blocks of a page in a language. */
const blocks = (name: string, language: string): string[] =>
  [...page(name).matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(
    ([, text]) => text ?? "",
  );

interface Resource {
  kind: string;
  metadata: { name: string };
  program?: { resources: Record<string, { type: string; properties: { spec: unknown } }> };
}

describe("the files in the page about the Kubernetes operator", () => {
  const resources = blocks("operator.md", "yaml").flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Resource),
  );
  const custom = resources.filter(({ kind }) => ["Stack", "Program", "Workspace"].includes(kind));

  it("fit the types of its custom resources", () => {
    assert.deepEqual(
      custom.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ["Stack shop", "Program status-page", "Stack status-page", "Workspace shop-shell"],
    );
    for (const resource of custom)
      assert.deepEqual(foreignSchemaErrors("pulumi-operator.json", resource), []);
    const [stack] = custom as [Resource & { spec: object }];
    const wrong = { ...stack, spec: { ...stack.spec, resyncSeconds: 60 } };
    assert.notDeepEqual(
      foreignSchemaErrors("pulumi-operator.json", wrong),
      [],
      "an unknown field would be found",
    );
  });

  it("declare valid apps", () => {
    for (const { program } of custom)
      for (const { type, properties } of Object.values(program?.resources ?? {})) {
        assert.equal(type, "app-platform:App");
        assert.deepEqual(validate(properties.spec), []);
      }
  });
});

describe("the file in the page about Pulumi Deployments", () => {
  it("fits the type of the settings", () => {
    const [settings, ...others] = blocks("pulumi-deployments.md", "json").map(
      (text) => parse(text) as object,
    );
    assert.equal(others.length, 0);
    const errors = (value: unknown): string[] =>
      foreignSchemaErrors("pulumi-deployment-settings.json", value);
    assert.deepEqual(errors(settings), []);
    assert.notDeepEqual(errors({ ...settings, github: {} }), [], "an unknown field would be found");
  });
});
