import assert from "node:assert/strict";
import { secretValues } from "../../../provider/appspec/secrets";
import { listsToMaps } from "../../../provider/appspec/lists-by-name";

describe("the plain-text secrets of a spec", () => {
  it("are the values of SECRET variables, including numbers, and credentials", () => {
    const spec = listsToMaps({
      envs: [
        { key: "PIN", value: 48151623, type: "SECRET" },
        { key: "PORT", value: 8080 },
        { key: "EMPTY", value: "", type: "SECRET" },
      ],
      services: [{ name: "web", image: { registry_credentials: "someone:pass" } }],
    });
    assert.deepEqual(secretValues(spec), ["48151623", "someone:pass"]);
  });
});
