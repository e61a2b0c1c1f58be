import { changed, SHOP } from "../../helpers/world/provider-world";
import { isLog, isWait, type Expects } from "../cases";
import type { Properties } from "../provider-host";
import { commits, confirms } from "./rollbacks";
import { app, failing, type Scenario } from "./app";

const BROKEN = changed((spec) => void (spec.services![0]!.build_command = "exit 1"));
const MENDED = changed((spec) => void (spec.services![0]!.build_command = "make"));

/** Reported with or without the end of its log. */
const BUILD_FAILED = /web: build failed: /;
const DEPLOY_FAILED = /web: deploy failed: /;

const onlyLogs: Pick<Scenario, "kindOf" | "skips"> = {
  kindOf: () => "advice",
  skips: (call) => !isLog(call),
};

const withRollback = (spec: typeof SHOP): Properties => app(spec, { onFailedDeployment: "rollback" });

/** Rolling back does not need the app's state after its failed deployment. */
const spareLook: Expects = ({ method, path, nth }, _fault, duration) =>
  method === "GET" && path === "/v2/apps/:id" && nth === 2 && duration === "once" ? "succeeds" : undefined;

export const FAILED_DEPLOYMENTS: readonly Scenario[] = [
  {
    ...onlyLogs,
    name: "create whose build fails",
    fails: BUILD_FAILED,
    act: (world) => world.app.up(app(BROKEN)),
    next: (world) => world.app.up(app(MENDED)),
  },
  {
    ...onlyLogs,
    name: "create whose container does not start",
    fails: DEPLOY_FAILED,
    before: async (world) => world.emulator.failNext({ component: "web", step: "deploy" }),
    act: (world) => world.app.up(app()),
    next: (world) => world.app.up(app()),
  },
  {
    name: "update that is rolled back",
    fails: /web: build failed: [^]*Rolled back to deployment/,
    before: (world) => world.app.up(app()),
    act: (world) => world.app.up(withRollback(BROKEN)),
    next: (world) => world.app.up(withRollback(MENDED)),
    // Until the deployment has failed, it is an update like any other.
    skips: (call) => isLog(call) || (isWait(call) && call.nth === 1),
    expects: (...one) => commits(...one) ?? spareLook(...one) ?? confirms(4)(...one),
  },
  {
    name: "update that first ends a rollback of an earlier run",
    before: async (world) => {
      await world.app.up(app());
      world.emulator.faults.add({ path: /commit$/, fault: { status: 403 } });
      await failing(world.app.up(withRollback(BROKEN)));
    },
    act: (world) => world.app.up(withRollback(MENDED)),
    next: (world) => world.app.up(withRollback(MENDED)),
    // The following calls are an update like any other.
    skips: ({ method, nth }) => method === "PUT" || nth > 2,
    expects: commits,
  },
];
