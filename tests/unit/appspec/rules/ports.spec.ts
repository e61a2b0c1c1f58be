import assert from "node:assert/strict";
import { UNKNOWN } from "../../../../provider/appspec/unknown";
import { problems } from "./cases";
import { github, service } from "./specs";

const CHECKS = ["health_check", "liveness_health_check"];

describe("the port of a health check", () => {
  for (const check of CHECKS) {
    it(`must be open for a ${check}`, () => {
      const closed: object[] = [
        { http_port: 8080 },
        { http_port: 80, internal_ports: [9091] },
        { internal_ports: [8080] },
      ];
      for (const ports of closed) {
        const [problem, ...others] = problems(
          "port-not-open",
          service({ ...ports, [check]: { port: 9090 } }),
        );
        assert.deepEqual(
          [problem?.severity, problem?.path.slice(2), others.length],
          ["error", [check, "port"], 0],
        );
        assert.match(problem?.hint ?? "", /internal_ports/);
      }
    });

    it(`may be any open port, or one that is not known yet, for a ${check}`, () => {
      const open: [object, unknown][] = [
        [{ http_port: 9090 }, 9090],
        // The service chooses; the acceptance tests of its Terraform provider check another port than its default.
        [{}, 9090],
        [{ http_port: 80, internal_ports: [9090] }, 9090],
        [{ internal_ports: [9090, 9091] }, 9091],
        [{ http_port: 80 }, undefined],
        [{ http_port: UNKNOWN }, 9090],
        [{ internal_ports: UNKNOWN }, 9090],
        [{ internal_ports: [UNKNOWN] }, 9090],
        [{ http_port: 80 }, UNKNOWN],
        [{ http_port: "9090" }, 9090],
      ];
      for (const [ports, port] of open)
        assert.deepEqual(problems("port-not-open", service({ ...ports, [check]: { port } })), []);
    });
  }

  it("is not checked for workers, which open no ports", () => {
    const worker = { name: "mail", github, liveness_health_check: { port: 9090 } };
    assert.deepEqual(problems("port-not-open", { name: "shop", workers: [worker] }), []);
  });

  it("is not open by default if the service has only internal ports", () => {
    const spec = service({ internal_ports: [9090], health_check: { port: 8080 } });
    assert.equal(problems("port-not-open", spec).length, 1);
  });
});
