import assert from "node:assert/strict";
import fc from "fast-check";
import type { App } from "../../../provider/api/types";
import { backupSpec, backupText } from "../../../provider/resources/app/backup";
import { singlePlaces, textsAt } from "../../../provider/secrets/program-secrets";
import { withSecretsLeftOut } from "../../../provider/secrets/left-out";
import { mapLeaves, valueAt, withValueAt, type Path } from "../../../provider/appspec/diff";
import { mapsToLists, listsToMaps } from "../../../provider/appspec/lists-by-name";
import { applySecrets, parseSpec, secretAddresses } from "../../../provider/appspec/parse";
import { normalizeScalars } from "../../../provider/appspec/coerce-scalars";
import { KEPT_SECRET } from "../../../provider/appspec/secrets";
import type { AppSpec } from "../../../provider/appspec/types";
import { arbitrarySpec } from "../../helpers/arbitrary-spec";
import { runs } from "../../helpers/runs";
import { TYPESCRIPT } from "../../../provider/text/program-texts";

const AT = new Date("2026-03-04T05:06:07Z");
const appOf = (spec: unknown): App => ({ id: "4f6c71e2", spec: spec as AppSpec });

/** Everything in a spec that could be a secret, lists and maps too, as paths by name. */
function placesIn(spec: unknown): Path[] {
  const found = new Map<string, Path>();
  mapLeaves(listsToMaps(spec), (leaf, path) => {
    for (let length = 1; length <= path.length; length++)
      found.set(JSON.stringify(path.slice(0, length)), path.slice(0, length));
    return leaf;
  });
  // Operator and window name an alert, so that the list is the secret where one of them is.
  return [...found.values()].filter((path) => !["operator", "window"].includes(String(path.at(-1))));
}

/** The values of a spec that another one leaves out, by address. */
function suppliedFor(hidden: AppSpec, original: unknown): Record<string, unknown> {
  const addresses = secretAddresses(hidden);
  const marks = Object.fromEntries(addresses.map((address, index) => [address, `mark ${index}`]));
  const supplied: Record<string, unknown> = {};
  mapLeaves(applySecrets(hidden, marks).spec, (leaf, path) => {
    const index = /^mark (\d+)$/.exec(String(leaf))?.[1];
    if (index !== undefined) supplied[addresses[Number(index)] ?? ""] = valueAt(original, path);
    return leaf;
  });
  assert.equal(Object.keys(supplied).length, addresses.length);
  return supplied;
}

describe("a backup", () => {
  it("contains no secret of the program, and restores the spec with the secrets it requests", () => {
    const secret = fc.oneof(
      fc.constantFrom("S3cr3t-value", "a S3cr3t\nin two lines", "https://u:S3cr3t@x"),
      fc.constant(5_813_745),
    );
    fc.assert(
      fc.property(arbitrarySpec, fc.array(fc.tuple(fc.nat(), secret), { maxLength: 4 }), (some, picks) => {
        let keyed = listsToMaps(some);
        const places: Path[] = [];
        for (const [index, value] of picks) {
          const all = placesIn(mapsToLists(keyed));
          const place = all[index % all.length] as Path;
          if (typeof valueAt(keyed, place) !== "object") keyed = withValueAt(keyed, place, value);
          places.push(["spec", ...place]);
        }
        const spec = mapsToLists(keyed) as AppSpec;
        const leftOut = { places, texts: textsAt({ spec: keyed }, places) };
        const text = backupText(appOf(spec), AT, { leftOut, texts: TYPESCRIPT });
        assert.doesNotMatch(text, /S3cr3t|5813745/);
        const secrets = suppliedFor(backupSpec(appOf(spec), leftOut), spec);
        const { spec: again } = parseSpec(text, { secrets });
        const plain = (one: unknown): unknown =>
          JSON.parse(JSON.stringify(listsToMaps(normalizeScalars(one))));
        assert.deepEqual(plain(again), plain(spec));
      }),
      { numRuns: runs(8, 40) },
    );
  });

  const web = {
    name: "shop",
    services: [
      {
        name: "web",
        http_port: 8080,
        run_command: "serve S3cr3t-value",
        envs: [
          { key: "A", value: "S3cr3t-value" },
          { key: "B", value: "open", scope: "RUN_TIME" },
        ],
      },
    ],
    ingress: { rules: [{ component: { name: "web" }, match: { path: { prefix: "/open" } } }] },
  };
  const hidden = (...places: Path[]): AppSpec =>
    withSecretsLeftOut(web as AppSpec, { places: places.map((place) => ["spec", ...place]), texts: [] });

  it("requests values by short address if one exists, otherwise by path", () => {
    const places: Path[] = [
      ["services", "web", "envs", "A", "value"],
      ["services", "web", "run_command"],
      ["services", "web", "http_port"],
      ["ingress", "rules", 0, "match", "path", "prefix"],
    ];
    assert.deepEqual(secretAddresses(hidden(...places)), [
      "web.A",
      "spec.services.web.http_port",
      "spec.services.web.run_command",
      "spec.ingress.rules[0].match.path.prefix",
    ]);
    assert.deepEqual(secretAddresses(hidden(["services", "web", "envs"])), ["spec.services.web.envs"]);
    assert.deepEqual(secretAddresses(hidden(["services"])), ["spec.services"]);
  });

  it("keeps the structure of a spec that is secret as a whole, and fields that only the service has", () => {
    const { ingress: _defaults, ...program } = web;
    const places = singlePlaces({ spec: listsToMaps(program) }, [["spec"], ["projectId"]]);
    const spec = withSecretsLeftOut(web as AppSpec, { places, texts: [] });
    assert.equal(spec.name, "shop");
    assert.deepEqual(spec.services?.[0]?.envs?.[1], { key: "B", value: KEPT_SECRET, scope: "RUN_TIME" });
    assert.equal(spec.services?.[0]?.http_port, KEPT_SECRET);
    assert.deepEqual(spec.ingress, web.ingress);
    assert.doesNotMatch(JSON.stringify(spec), /S3cr3t/);
  });

  it("omits a secret that has moved, and values that look like credentials", () => {
    const moved = {
      name: "shop",
      services: [
        {
          name: "web",
          git: { repo_clone_url: "https://ci:ghp_0123456789@git.example.com/web.git", branch: "main" },
          envs: [
            { key: "MOVED", value: "serve S3cr3t-value now" },
            { key: "URL", value: "postgres://app:hunter2@db:5432/x" },
            { key: "BOUND", value: "${db.DATABASE_URL}" },
            { key: "DO", value: `dop_v1_${"0af9".repeat(16)}` },
          ],
        },
      ],
    };
    const spec = withSecretsLeftOut(moved as AppSpec, { places: [], texts: ["S3cr3t-value", "main"] });
    assert.deepEqual(secretAddresses(spec), [
      "web.MOVED",
      "web.URL",
      "web.DO",
      "spec.services.web.git.repo_clone_url",
    ]);
    assert.equal(spec.services?.[0]?.git?.branch, "main");
  });
});

describe("addresses of secrets in a file", () => {
  const spec = {
    name: "shop",
    services: [{ name: "web", run_command: "x", envs: [{ key: "A", value: "y" }] }],
  };
  const applied = (secrets: Record<string, unknown>): ReturnType<typeof applySecrets> =>
    applySecrets(spec as AppSpec, secrets);

  it("may be any path shown in messages", () => {
    const { spec: changed, unused } = applied({
      "spec.services.web.run_command": "new",
      "spec.services.web.envs.A.value": 7,
    });
    assert.deepEqual(unused, []);
    assert.deepEqual(changed, {
      name: "shop",
      services: [{ name: "web", run_command: "new", envs: [{ key: "A", value: 7 }] }],
    });
    const list = [{ key: "B", value: "z" }];
    assert.equal(applied({ "spec.services.web.envs": list }).spec.services?.[0]?.envs, list);
  });

  it("are unused if they match nothing, or if a parent is supplied as a whole", () => {
    assert.deepEqual(applied({ "spec.services.web.build_command": "x", "spec.x": 1 }).unused, [
      "spec.services.web.build_command",
      "spec.x",
    ]);
  });

  it("are missing while their value is omitted or undefined", () => {
    const backup = { name: "shop", services: [{ name: "web", run_command: KEPT_SECRET }] } as AppSpec;
    assert.deepEqual(applySecrets(backup, {}).missing, ["spec.services.web.run_command"]);
    assert.deepEqual(applySecrets(backup, { "spec.services.web.run_command": "x" }).missing, []);
    assert.deepEqual(applied({ "web.A": undefined }).missing, ["web.A"]);
  });
});
