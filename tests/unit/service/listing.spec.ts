import assert from "node:assert/strict";
import type { App } from "../../../provider/api/types";
import { slim } from "../../../provider/service/listing";

const spec = { name: "shop", services: [{ name: "web" }] };

/** An app as returned by a listing, each time as a new object. */
function answered(phase: string, status: string): App {
  const deployment = () => ({
    id: "d",
    phase,
    spec,
    services: [{ name: "web" }],
    progress: {
      total_steps: 1,
      steps: [{ name: "build", status }],
      summary_steps: [{ name: "build", status }],
    },
  });
  const app = { id: "a", spec, pending_deployment: deployment(), in_progress_deployment: deployment() };
  return JSON.parse(JSON.stringify(app)) as App;
}

describe("the stored copy of a listed app", () => {
  it("contains everything except the details of its deployments", () => {
    const deployment = {
      id: "d",
      phase: "BUILDING",
      progress: { total_steps: 1, steps: [{ name: "build", status: "RUNNING" }] },
    };
    assert.deepEqual(slim(answered("BUILDING", "RUNNING")), {
      id: "a",
      spec,
      pending_deployment: deployment,
      in_progress_deployment: deployment,
    });
  });

  it("stays the same object while nothing changes, and shares unchanged parts", () => {
    const first = slim(answered("BUILDING", "PENDING"));
    assert.equal(slim(answered("BUILDING", "PENDING"), first), first);
    const next = slim(answered("BUILDING", "RUNNING"), first);
    assert.notEqual(next, first);
    assert.equal(next.spec, first.spec);
    assert.deepEqual(next, slim(answered("BUILDING", "RUNNING")));
  });

  it("loses what the app lost", () => {
    const { in_progress_deployment: _, ...over } = answered("ACTIVE", "SUCCESS");
    const before = slim(answered("ACTIVE", "SUCCESS"));
    assert.deepEqual(Object.keys(slim(over as App, before)), ["id", "spec", "pending_deployment"]);
  });
});
