import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PLUGIN_SCHEMA_FILE, pluginSchema, pluginSchemaText } from "../../../tools/plugin-schema/main";

describe("the plugin's schema", () => {
  it("matches the types and docstrings", async () => {
    assert.equal(readFileSync(PLUGIN_SCHEMA_FILE, "utf8"), await pluginSchemaText());
  });

  it("describes every type that it refers to", () => {
    const { types } = pluginSchema() as { types: Record<string, unknown> };
    const used = [...JSON.stringify(pluginSchema()).matchAll(/#\/types\/([^"]+)/g)].map(
      ([, token]) => token ?? "",
    );
    assert.deepEqual(
      used.filter((token) => !Object.hasOwn(types, token)),
      [],
    );
  });
});
