import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isCovered,
  partsOf,
  placesFrom,
  publicNames,
  textsAt,
  united,
  withoutValuesAt,
} from "../../../provider/secrets/program-secrets";
import { UNKNOWN } from "../../../provider/appspec/unknown";
import type { AppInputs } from "../../../provider/resources/app/state";
import { secrecyOf } from "../../../provider/resources/app/app-secrets";

const inputs = {
  spec: {
    name: "shop",
    services: {
      web: {
        http_port: 48151,
        run_command: "serve --password S3cr3t-password",
        envs: { TOKEN_NAME: { value: "S3cr3t", scope: "RUN_TIME" }, FLAG: { value: true } },
      },
    },
    ingress: { rules: [{ component: { name: "web" }, match: { path: { prefix: "/hidden" } } }] },
  },
  projectId: "project-7",
  redeployOn: { commit: "abc1234" },
};
const web = ["spec", "services", "web"];

describe("recorded paths of a program's secrets", () => {
  it("yield all strings at and below them, names included, but no keywords of the AppSpec", () => {
    assert.deepEqual(textsAt(inputs, [[...web, "envs"]]).sort(), ["FLAG", "S3cr3t", "TOKEN_NAME"]);
    assert.deepEqual(textsAt(inputs, [[...web, "http_port"]]), ["48151"]);
    assert.deepEqual(textsAt(inputs, [["projectId"], ["redeployOn"]]), ["project-7", "abc1234"]);
    assert.deepEqual(textsAt(inputs, [[...web, "envs", "TOKEN_NAME", "scope"]]), ["RUN_TIME"]);
    assert.deepEqual(textsAt(inputs, [["spec", "gone", 3, "x"]]), []);
  });

  it("exclude names in a spec that is secret as a whole, since the service shows them everywhere", () => {
    const texts = textsAt(inputs, [["spec"]]);
    assert.ok(texts.includes("S3cr3t") && texts.includes("/hidden"));
    for (const name of ["shop", "web", "TOKEN_NAME"]) assert.ok(!texts.includes(name), name);
    assert.deepEqual([...publicNames(inputs.spec, [["spec"]])].sort(), ["shop", "web"]);
    assert.deepEqual(
      [
        ...publicNames(inputs.spec, [
          ["spec", "services"],
          ["spec", "name"],
        ]),
      ],
      [],
    );
  });

  it("mask a component name if it is the secret, but not if it is just the same word", () => {
    const places = [["spec", "services"]];
    assert.ok(
      secrecyOf({ ...inputs, __secrets: places } as AppInputs, undefined).unmistakable.includes("web"),
    );
    const same = structuredClone(inputs);
    same.spec.services.web.run_command = "web";
    const secrecy = secrecyOf({ ...same, __secrets: [[...web, "run_command"]] } as AppInputs, undefined);
    assert.ok(secrecy.secrets.includes("web") && !secrecy.unmistakable.includes("web"));
  });

  it("also apply to previous values, from any run", () => {
    const olds = structuredClone(inputs);
    olds.spec.services.web.run_command = "serve 0ld-value";
    const place = [[...web, "run_command"]];
    for (const [before, now] of [
      [place, []],
      [[], place],
      [undefined, place],
    ]) {
      const sides = [inputs, olds].map((side, index) => ({ ...side, __secrets: index === 0 ? now : before }));
      const { secrets } = secrecyOf(sides[0] as AppInputs, sides[1] as never);
      assert.ok(
        secrets.includes("serve 0ld-value") && secrets.includes(inputs.spec.services.web.run_command),
      );
    }
  });

  it("also mask the password in a command or URL, which a log may show alone", () => {
    assert.deepEqual(partsOf("node dist/server.js --password S3cr3t-1 --key=Abcdef12 && migrate"), [
      "S3cr3t-1",
      "Abcdef12",
    ]);
    assert.deepEqual(partsOf("postgres://app:hunter2hunter2@db:5432/x"), ["hunter2hunter2"]);
    assert.deepEqual(partsOf("S3cr3t-password"), []);
  });

  it("keep the structure of a spec without its secrets", () => {
    const hidden = withoutValuesAt(inputs, [[...web, "envs"], [...web, "http_port"], ["projectId"]]);
    assert.deepEqual(hidden.spec.services.web.envs, {
      TOKEN_NAME: { value: UNKNOWN, scope: "RUN_TIME" },
      FLAG: { value: true },
    });
    assert.deepEqual([hidden.spec.services.web.http_port, hidden.projectId], [UNKNOWN, UNKNOWN]);
    assert.equal(inputs.projectId, "project-7");
  });

  it("are read from states of every version, also invalid ones", () => {
    assert.equal(placesFrom(undefined), undefined);
    for (const damaged of ["x", {}, [["spec", 1], []], ["spec"], [[{}]], [null]])
      assert.equal(placesFrom(damaged), undefined);
    assert.deepEqual(placesFrom([["spec", 1]]), [["spec", 1]]);
  });

  it("are merged without redundant entries", () => {
    const path = fc.array(fc.constantFrom("a", "b", 0), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(path), fc.array(path), (one, other) => {
        const all = united(one, other);
        for (const each of [...one, ...other]) assert.ok(isCovered(all, each));
        for (const each of all) assert.ok([...one, ...other].some((path) => path === each));
      }),
    );
  });
});
