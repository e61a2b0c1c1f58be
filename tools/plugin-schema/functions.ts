import { CALLS, type Call } from "../../plugin/functions/calls";
import { ANY, mapOf, TEXT, token, typeRef, type Json } from "../../plugin/schema/json";
import { docsOf } from "./docs";

const of = (description: string, type: Json = TEXT): Json => ({ ...type, description });

const LOAD_SPEC = {
  description: "Reads an AppSpec from a file. The argument `specFile` of an App does the same.",
  inputs: {
    properties: {
      path: of("The file, relative to the program's folder."),
      secrets: of("Values of secrets by address, as in the argument `secrets` of an App.", {
        ...mapOf(TEXT),
        secret: true,
      }),
    },
    required: ["path"],
  },
  outputs: { properties: { spec: of("The AppSpec.", typeRef("AppSpec")) }, required: ["spec"] },
};

export const functions = (): Json => ({
  ...Object.fromEntries(Object.entries(CALLS).map(([name, call]) => [token(name), functionOf(name, call)])),
  [token("loadSpec")]: LOAD_SPEC,
});

function functionOf(name: string, { file, inputs, required, result, type = ANY, description }: Call): Json {
  const needed = required ?? (Object.hasOwn(inputs, "appId") ? ["appId"] : []);
  return {
    description: description ?? docsOf(`dynamic/functions/${file}.ts`, name).description,
    inputs: { properties: inputs, ...(needed.length > 0 && { required: needed }) },
    outputs: { properties: { [result]: type }, required: [result] },
  };
}
