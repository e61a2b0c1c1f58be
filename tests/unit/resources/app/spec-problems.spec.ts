import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { HiddenInputs } from "../../../../provider/dynamic/hidden-inputs";
import {
  orderInputs,
  repeatedInputs,
  specInputs,
  type AppSpecArgs,
} from "../../../../provider/dynamic/inputs";
import { fileOf, loadSpec } from "../../../../provider/load-spec";
import { describeAll } from "../../../../provider/appspec/describe";
import { parseSpec } from "../../../../provider/appspec/parse";
import { validate } from "../../../../provider/appspec/validate";
import type { AppInputs } from "../../../../provider/resources/app/state";
import { checkApp } from "../../../helpers/check-app";
import { temporaryFolder } from "../../../helpers/temporary-folder";

const HEAD = "name: shop\nservices:\n- name: web\n  github: { repo: a/b, branch: main }\n";

const TEXTS: readonly string[] = [
  HEAD,
  `${HEAD}  envs:\n    PORT: "8080"\n`,
  `${HEAD}  envs:\n  - name: A\n    value: b\n`,
  `${HEAD}  envs:\n  - A=b\n  - C: d\n`,
  `${HEAD}  envs:\n  - { key: A, value: b }\n  - { key: B, value: c }\n  - { key: A, value: d }\n`,
  `${HEAD}  envs:\n- key: A\n  value: b\n`,
  `${HEAD}  health_check: { port: 9090 }\n  instace_count: 2\n`,
  "name: shop\nservices:\n  web:\n    image: nginx\n",
  "name: ${NAME}\nservices:\n- name: ${NAME}\n  image: { registry_type: docr, repository: web, tag: '{{ tag }}' }\n",
  `${HEAD}- name: api\n  github: acme/api\n  routes: [{ path: /a }]\n- name: web\n  github: { repo: shop }\n`,
  `spec:\n  name: shop\n  domains:\n    domain: shop.example.com\n  features:\n    a: b\n`,
  '{"name": "shop", "workers": [{"name": "mail", "image": "ghcr.io/acme/mail"}], "databases": [{"name": "db", "engine": "pg"}]}',
  "name: shop\nservices:\n- { name: web, github: &g { repo: a/b, deploy_on_push: on } }\n- { name: api, github: *g }\n",
];

describe("a spec file passed through a program", () => {
  const folder = temporaryFolder();

  before(() => pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }));

  /** As received by the provider: resolved, with its keys in another order. */
  async function received(value: unknown): Promise<unknown> {
    const known = await new Promise((resolve) =>
      (pulumi.output(value as object) as pulumi.Output<unknown>).apply(resolve),
    );
    const reordered = (one: unknown): unknown => {
      if (Array.isArray(one)) return one.map(reordered);
      if (typeof one !== "object" || one === null) return one;
      return Object.fromEntries(
        Object.entries(one)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => [key, reordered(inner)]),
      );
    };
    return reordered(known);
  }

  it("has the problems that validation finds in the file, on the same lines", async () => {
    for (const [index, text] of TEXTS.entries()) {
      const file = join(folder.path, `app-${index}.yaml`);
      writeFileSync(file, text);
      const spec = loadSpec(file);
      const source = { ...parseSpec(text, { file }), file };
      const described = describeAll(validate(spec), spec, source);
      const args = spec as AppSpecArgs;
      const { failures, warnings } = checkApp({
        spec: await received(specInputs(args, undefined)),
        __file: fileOf(spec),
        __order: await received(orderInputs(args)),
        __repeated: await received(repeatedInputs(args)),
      } as unknown as AppInputs & HiddenInputs);
      const texts = [...failures.map(({ reason }) => reason), ...warnings].map(withoutFolder);
      assert.deepEqual(
        texts,
        described.map((one) => withoutFolder(one.text)),
        text,
      );
    }
  });
});

/** The first line, with only the base name of the file. */
const withoutFolder = (text: string): string =>
  (text.split("\n")[0] ?? "").replace(/\([^()]*(app-\d+\.yaml)/, "($1");
