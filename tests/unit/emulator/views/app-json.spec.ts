import assert from "node:assert/strict";
import fc from "fast-check";
import { steppedClock } from "../../../../emulator/clock";
import { nextChange } from "../../../../emulator/model/deployment-record";
import { appView, deploymentView } from "../../../../emulator/views/app";
import { appJson } from "../../../../emulator/views/app-json";
import { DEPLOY_MS, perform, steps, storeOn } from "../history";
import { runs } from "../../../helpers/runs";

describe("emulator: views of apps as JSON", () => {
  it("match the views at every moment of any history", () => {
    fc.assert(
      fc.property(steps, (history) => {
        const clock = steppedClock();
        const store = storeOn(clock);
        const compare = (): void => {
          for (const app of store.list())
            assert.deepEqual(
              JSON.parse(Buffer.concat(appJson(store, app, app.projectId)).toString()),
              JSON.parse(JSON.stringify(appView(store, app))),
            );
        };
        for (const { wait, ...step } of history) {
          perform(store, clock, [{ ...step, wait: 0 }]);
          compare();
          for (const part of [0.02, 0.1, 0.5, 1]) {
            clock.advance((part * wait) / 2);
            compare();
          }
        }
      }),
      { numRuns: runs(5, 20) },
    );
  });

  it("are serialized again only when a deployment reaches its next step", () => {
    const clock = steppedClock();
    const store = storeOn(clock);
    const { app, deployment } = store.create({
      name: "shop",
      services: [{ name: "web", image: { repository: "nginx" } }],
    });
    const seen: string[] = [];
    for (
      let at = nextChange(deployment, clock.now());
      at < Infinity;
      at = nextChange(deployment, clock.now())
    ) {
      const before = JSON.stringify(deploymentView(app, deployment, clock.now()));
      clock.advance(at - clock.now() - 1);
      assert.equal(JSON.stringify(deploymentView(app, deployment, clock.now())), before);
      clock.advance(1);
      seen.push(before);
    }
    assert.equal(clock.now(), deployment.startedAt + DEPLOY_MS);
    assert.equal(new Set(seen).size, seen.length, "each step shows");
  });
});
