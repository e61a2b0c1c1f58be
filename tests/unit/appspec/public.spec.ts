import assert from "node:assert/strict";
import { isPublic } from "../../../provider/appspec/public";

describe("an app", () => {
  const web = { name: "web" };
  const cases: [title: string, spec: unknown, expected: boolean][] = [
    ["with an ingress rule", { ingress: { rules: [{ component: web }] } }, true],
    ["whose ingress has no rule", { services: [{ ...web, http_port: 80 }], ingress: { rules: [] } }, false],
    ["whose ingress only has other settings", { services: [web], ingress: { load_balancer: "x" } }, true],
    ["with a static site", { static_sites: [web] }, true],
    ["with functions", { functions: [web] }, true],
    ["with a service", { services: [web] }, true],
    [
      "with a service with both kinds of ports",
      { services: [{ ...web, http_port: 80, internal_ports: [81] }] },
      true,
    ],
    ["with internal services only", { services: [{ ...web, internal_ports: [81] }] }, false],
    ["with workers and jobs only", { workers: [web], jobs: [{ name: "job" }] }, false],
    ["without a spec", undefined, false],
  ];
  for (const [title, spec, expected] of cases)
    it(`${title} ${expected ? "is" : "is not"} public`, () => assert.equal(isPublic(spec), expected));
});
