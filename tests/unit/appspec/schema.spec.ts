import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadSpec } from "../../../provider/load-spec";
import schema from "../../../provider/appspec/app-spec.schema.json";
import { isPlainObject } from "../../../provider/appspec/lists-by-name";
import { mapShapes, specShape, type Shape } from "../../../provider/appspec/schema-shape";
import { validate } from "../../../provider/appspec/validate";
import { THOROUGH } from "../../helpers/runs";
import { isCurrent } from "../../../tools/schema";

const FIXTURES = join(__dirname, "../../fixtures/specs");

describe("the JSON schema", () => {
  // Compiling the types takes longer than any other test.
  if (THOROUGH)
    it("is up to date with the types", () => {
      assert.ok(isCurrent(), "run npm run schema");
    }).timeout(60_000);

  it("is strict, so that editors report mistakes", () => {
    for (const definition of Object.values(schema.definitions) as {
      type: string;
      additionalProperties?: boolean;
    }[]) {
      if (definition.type === "object") assert.equal(definition.additionalProperties, false);
    }
    assert.deepEqual(schema.definitions.ServingProtocol.enum, ["HTTP", "HTTP2"]);
    assert.equal(schema.definitions.AppService.properties.routes.deprecated, true);
    assert.equal(schema.definitions.AppService.properties.http_port.maximum, 65535);
  });

  it("describes every field", () => {
    for (const [type, { fields }] of mapShapes()) {
      const definition = type === "AppSpec" ? schema : (schema.definitions as Record<string, object>)[type];
      const properties = (definition as { properties: Record<string, { description?: string }> }).properties;
      for (const name of fields.keys()) assert.ok(properties[name]?.description, `${type}.${name}`);
    }
  });
});

describe("the example spec", () => {
  for (const file of readdirSync(FIXTURES).filter((name) => name !== "backup.yaml")) {
    it(`${file} has no errors`, () => {
      const errors = validate(loadSpec(join(FIXTURES, file))).filter(({ severity }) => severity === "error");
      assert.deepEqual(errors, []);
    });
  }

  it("everything.yaml uses every field", () => {
    const unused = new Set<string>();
    for (const [type, { fields }] of mapShapes())
      for (const name of fields.keys()) unused.add(`${type}.${name}`);
    const visit = (value: unknown, shape: Shape): void => {
      if (shape.kind === "list" && Array.isArray(value)) for (const item of value) visit(item, shape.items);
      if (shape.kind !== "map" || !isPlainObject(value)) return;
      for (const [name, field] of shape.fields) {
        if (!(name in value)) continue;
        unused.delete(`${shape.type}.${name}`);
        visit(value[name], field.shape);
      }
    };
    visit(loadSpec(join(FIXTURES, "everything.yaml")), specShape());
    const shared = /^App(Service|StaticSite|Worker|Job|Functions)\./;
    assert.deepEqual(
      [...unused].filter((field) => !shared.test(field)),
      [],
    );
    const ofComponents = [...unused].map((field) => field.replace(shared, ""));
    const everywhere = ["AppService", "AppStaticSite", "AppWorker", "AppJob", "AppFunctions"];
    for (const field of new Set(ofComponents)) {
      const owners = everywhere.filter((type) => mapShapes().get(type)?.fields.has(field));
      assert.ok(
        owners.some((type) => !unused.has(`${type}.${field}`)),
        field,
      );
    }
  });
});
