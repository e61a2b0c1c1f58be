import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { repeatedInputs, specInputs, type AppSpecArgs } from "../../../provider/dynamic/inputs";
import { mapsToLists, listsToMaps } from "../../../provider/appspec/lists-by-name";
import { appSpecs } from "../../helpers/world/app-specs";

/** The placeholder for a secret in the results below. */
const secret = (value: unknown): { secret: unknown } => ({ secret: value });

/** The inputs with every Output resolved, and secrets marked at their exact position. */
async function seen(value: unknown): Promise<unknown> {
  if (value instanceof Promise) return seen(await value);
  if (pulumi.Output.isInstance(value)) {
    const output = value as pulumi.Output<unknown>;
    const known = await new Promise<unknown>((resolve) => output.apply(resolve));
    const inner = await seen(known);
    return (await pulumi.isSecret(output)) ? secret(inner) : inner;
  }
  if (Array.isArray(value)) return Promise.all(value.map(seen));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(async ([key, inner]) => [key, await seen(inner)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const given = (spec: unknown, name?: string): Promise<unknown> => seen(specInputs(spec as AppSpecArgs, name));
const service = (name: string, more: object): object => ({ name: "shop", services: [{ name, ...more }] });
const variable = (more: object): object => service("web", { envs: [{ key: "V", ...more }] });
const keyedVariable = (more: object): object => ({ name: "shop", services: { web: { envs: { V: more } } } });

describe("specInputs", () => {
  before(() => {
    pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) });
  });

  it("returns the form by name for specs without Outputs or secrets", async () => {
    await fc.assert(
      fc.asyncProperty(appSpecs, async (spec) => assert.deepEqual(await given(spec), listsToMaps(spec))),
    );
  });

  it("accepts Outputs and promises at every depth", async () => {
    for (const wrap of [(x: unknown) => pulumi.output(x), (x: unknown) => Promise.resolve(x)]) {
      const expected = {
        name: "shop",
        services: { web: { instance_count: 2, envs: { V: { value: "1" } } } },
        ingress: { rules: [{ match: { path: { prefix: "/" } } }] },
      };
      const rules = [{ match: { path: { prefix: "/" } } }];
      const envs = [{ key: "V", value: "1" }];
      const web = { name: "web", instance_count: 2, envs };
      const plain = { name: "shop", services: [web], ingress: { rules } };
      const forms: unknown[] = [
        wrap(plain),
        { ...plain, name: wrap("shop") },
        { ...plain, services: wrap([web]) },
        { ...plain, services: [wrap(web)] },
        { ...plain, services: [{ ...web, name: wrap("web") }] },
        { ...plain, services: [{ ...web, instance_count: wrap(2) }] },
        { ...plain, services: [{ ...web, envs: wrap(envs) }] },
        { ...plain, services: [{ ...web, envs: [wrap(envs[0])] }] },
        { ...plain, services: [{ ...web, envs: [{ key: wrap("V"), value: "1" }] }] },
        { ...plain, services: [{ ...web, envs: [{ key: "V", value: wrap("1") }] }] },
        { ...plain, ingress: wrap({ rules }) },
        { ...plain, ingress: { rules: wrap(rules) } },
        { ...plain, ingress: { rules: [wrap(rules[0])] } },
        { ...plain, ingress: { rules: [{ match: { path: { prefix: wrap("/") } } }] } },
      ];
      for (const form of forms) assert.deepEqual(await given(form), expected);
    }
  });

  it("marks the values of SECRET variables, and nothing else, even if the program did not", async () => {
    assert.deepEqual(
      await given({
        name: "shop",
        envs: [{ key: "G", value: "hidden", type: "SECRET" }],
        services: [
          {
            name: "web",
            envs: [
              { key: "S", value: "hidden", type: "SECRET", scope: "RUN_TIME" },
              { key: "V", value: "open", type: "GENERAL" },
            ],
          },
          { name: "api", instance_count: 1 },
        ],
      }),
      {
        name: "shop",
        envs: { G: { value: secret("hidden"), type: "SECRET" } },
        services: {
          web: {
            envs: {
              S: { value: secret("hidden"), type: "SECRET", scope: "RUN_TIME" },
              V: { value: "open", type: "GENERAL" },
            },
          },
          api: { instance_count: 1 },
        },
      },
    );
  });

  it("marks a value once even if both the program and the type mark it as secret", async () => {
    for (const value of [pulumi.secret("x"), pulumi.output(pulumi.secret("x"))])
      assert.deepEqual(
        await given(variable({ value, type: "SECRET" })),
        keyedVariable({ value: secret("x"), type: "SECRET" }),
      );
  });

  it("leaves the program's secrets in place, whatever the type", async () => {
    assert.deepEqual(
      await given(variable({ value: pulumi.secret("x") })),
      keyedVariable({ value: secret("x") }),
    );
    assert.deepEqual(
      await given(service("web", { run_command: pulumi.secret("run x"), instance_count: 2 })),
      { name: "shop", services: { web: { run_command: secret("run x"), instance_count: 2 } } },
    );
  });

  it("treats a variable as secret while its type is unknown", async () => {
    for (const type of [pulumi.output("GENERAL"), Promise.resolve("GENERAL")])
      assert.deepEqual(
        await given(variable({ value: "x", type })),
        keyedVariable({ value: secret("x"), type: "GENERAL" }),
      );
  });

  it("adds no value where there is none", async () => {
    const result = await given(variable({ type: "SECRET", value: undefined }));
    assert.deepEqual(JSON.parse(JSON.stringify(result)), keyedVariable({ type: "SECRET" }));
    assert.deepEqual(await given(variable({ type: "SECRET" })), keyedVariable({ type: "SECRET" }));
  });

  it("marks credentials everywhere in an AppSpec", async () => {
    const spec = {
      name: "shop",
      services: [
        {
          name: "web",
          image: { repository: "r", registry_credentials: "u:p" },
          log_destinations: [
            { name: "dd", datadog: { api_key: "k", endpoint: "e" } },
            { name: "lt", logtail: { token: "t" } },
            { name: "os", open_search: { basic_auth: { user: "u", password: "p" } } },
            { name: "http", headers: [{ key: "X-Key", value: "h" }] },
          ],
        },
      ],
      ingress: { secure_header: { key: "X", value: "s" } },
    };
    assert.deepEqual(await given(spec), {
      name: "shop",
      services: {
        web: {
          image: { repository: "r", registry_credentials: secret("u:p") },
          log_destinations: {
            dd: { datadog: { api_key: secret("k"), endpoint: "e" } },
            lt: { logtail: { token: secret("t") } },
            os: { open_search: { basic_auth: { user: "u", password: secret("p") } } },
            http: { headers: { "X-Key": { value: secret("h") } } },
          },
        },
      },
      ingress: { secure_header: { key: "X", value: secret("s") } },
    });
  });

  it("resolves a whole list when an item or name is an Output; a secret in it hides only that list", async () => {
    const web = (envs: unknown): object => ({
      name: "shop",
      services: [{ name: "web", instance_count: 2, envs }],
    });
    const hidden = pulumi.secret({ key: "S", value: "x" });
    assert.deepEqual(await given(web([{ key: "V", value: "1" }, hidden])), {
      name: "shop",
      services: { web: { instance_count: 2, envs: secret({ V: { value: "1" }, S: { value: "x" } }) } },
    });
    assert.deepEqual(await given(web(pulumi.secret([{ key: "V", value: "1" }]))), {
      name: "shop",
      services: { web: { instance_count: 2, envs: secret({ V: { value: "1" } }) } },
    });
  });

  it("marks secrets in a list that had to be resolved", async () => {
    const envs = pulumi.output([
      { key: "S", value: "x", type: "SECRET" },
      { key: "V", value: "1" },
    ]);
    assert.deepEqual(await given(service("web", { envs })), {
      name: "shop",
      services: { web: { envs: { S: { value: secret("x"), type: "SECRET" }, V: { value: "1" } } } },
    });
  });

  it("keeps the last of a variable's values, and marks it if it is secret", async () => {
    const doubles = [
      { key: "V", value: "1" },
      { key: "W", value: "w" },
      { key: "V", value: "2", type: "SECRET" },
    ];
    const kept = { W: { value: "w" }, V: { value: secret("2"), type: "SECRET" } };
    assert.deepEqual(await given(service("web", { envs: doubles })), {
      name: "shop",
      services: { web: { envs: kept } },
    });
    assert.deepEqual(await given({ name: "shop", envs: pulumi.output(doubles) }), {
      name: "shop",
      envs: kept,
    });
  });

  it("keeps a list without names, so that check reports the problem", async () => {
    for (const services of [[{ instance_count: 1 }], [null], ["web"], [{ name: 7 }], [{ name: "" }]])
      assert.deepEqual(await given({ name: "shop", services }), { name: "shop", services });
  });

  it("keeps a map in place of a list, so that check reports the problem", async () => {
    const mistakes: object[] = [
      { services: { web: { x: 1 } } },
      { services: [{ name: "web", envs: { PORT: "8080" } }] },
      { envs: { key: "A", value: "b" } },
      { domains: {} },
    ];
    for (const spec of mistakes) {
      assert.deepEqual(mapsToLists(await given(spec)), spec);
      assert.deepEqual(mapsToLists(await given(pulumi.output(spec))), spec);
    }
  });

  it("passes on values that are not a spec", async () => {
    for (const odd of [undefined, null, "app.yaml", 7, ["list"]]) assert.deepEqual(await given(odd), odd);
    assert.deepEqual(await given({ name: "shop", services: "web" }), { name: "shop", services: "web" });
  });

  it("uses the resource's name only for an app without a name", async () => {
    assert.deepEqual(await given({ region: "ams" }, "shop"), { name: "shop", region: "ams" });
    assert.deepEqual(await given(pulumi.output({ region: "ams" }), "shop"), { name: "shop", region: "ams" });
    assert.deepEqual(await given({ name: "own" }, "shop"), { name: "own" });
    assert.deepEqual(await given({ name: undefined, region: "ams" }, "shop"), {
      name: "shop",
      region: "ams",
    });
    assert.deepEqual(await given({ region: "ams" }, undefined), { region: "ams" });
  });
});

describe("repeatedInputs", () => {
  const doubled = [{ key: "A" }, { key: "B" }, { key: "A" }];
  const found = async (spec: object): Promise<unknown> => seen(repeatedInputs(spec as AppSpecArgs));
  const flat = async (spec: object): Promise<unknown> =>
    [await found(spec)].flat(Infinity).filter((one) => one !== undefined);

  it("finds variables that a list contains several times", async () => {
    assert.deepEqual(await found({ envs: doubled }), [{ list: ["envs"], key: "A", at: [0, 2] }]);
    assert.deepEqual(await found({ workers: [{ name: "mail", envs: [...doubled, { key: "B" }] }] }), [
      { list: ["workers", "mail", "envs"], key: "A", at: [0, 2] },
      { list: ["workers", "mail", "envs"], key: "B", at: [1, 3] },
    ]);
  });

  it("finds them in Outputs of any part", async () => {
    const expected = [{ list: ["jobs", "task", "envs"], key: "A", at: [0, 2] }];
    const task = { name: "task", envs: doubled };
    for (const spec of [
      pulumi.output({ jobs: [task] }),
      { jobs: pulumi.output([task]) },
      { jobs: [pulumi.output(task)] },
      { jobs: [{ ...task, envs: pulumi.output(doubled) }] },
      { jobs: [{ ...task, envs: [pulumi.output({ key: "A" }), { key: "B" }, { key: pulumi.output("A") }] }] },
      { jobs: [{ ...task, name: pulumi.output("task") }] },
    ])
      assert.deepEqual(await flat(spec), expected);
  });

  it("finds nothing in an empty spec", async () => {
    for (const spec of [{}, { envs: [{ key: "A" }, {}, {}, null, "A", "A"] }, { services: "web", envs: {} }])
      assert.equal(await found(spec), undefined);
  });
});
