import { parseFault, type Faults } from "../http/faults";
import { badRequest } from "../errors";
import { parseFailure, type FailureRequest } from "../model/requested-failures";
import type { Recorder } from "../http/recorder";
import type { Spec } from "../model/spec";
import { UNPROMPTED_TYPES, type UnpromptedType } from "../model/unprompted";
import { appView } from "../views/app";
import { objectBody, optionalBody, optionalFlag, param, type Api, type Deps } from "./context";

/** Actions on the emulator from outside the API. */
export interface Controls {
  /** Clears apps, projects, faults, calls and rate limits. */
  reset(): void;
  /** The next deployment fails. */
  failNext(what: FailureRequest): void;
  /**
   * A change by someone else, as in the control panel: changes the spec and deploys it.
   * @returns the app as the service returns it
   * @throws Error when there is no such app, or the spec is not valid
   */
  editApp(idOrName: string, change: (spec: Spec) => void | Spec): Record<string, unknown>;
  /**
   * The next creation of an app fails with 500 although it creates the app, without a deployment.
   * @param forGood whether later updates and new deployments of the app fail as well, until {@link repairApp}
   */
  breakNextCreate(forGood?: boolean): void;
  repairApp(idOrName: string): void;
  /**
   * The service deploys an app without being asked, as for maintenance or after a push. Cancels a deployment in progress.
   * @param cause the text that the service gives as the reason
   * @returns the id of the new deployment
   */
  deployUnprompted(idOrName: string, type: UnpromptedType, cause?: string): string;
}

export interface ControlDeps extends Deps {
  readonly faults: Faults;
  readonly recorder: Recorder;
  readonly controls: Controls;
}

const pattern = (text: unknown): RegExp | undefined => {
  if (typeof text !== "string" || text === "") return undefined;
  try {
    return new RegExp(text);
  } catch {
    throw badRequest(`path: "${text}" is not a regular expression`);
  }
};

/**
 * {@link Controls}, faults and calls for other processes. They require no token, because only programs on this machine
 * can reach them.
 */
export function controlRoutes(api: Api, { store, faults, recorder, controls }: ControlDeps): void {
  api.get("/_emulator/calls", (c) =>
    c.json({ calls: recorder.calls.map(({ body: _body, ...call }) => call) }),
  );

  api.delete("/_emulator/calls", (c) => {
    recorder.clear();
    return c.body(null, 204);
  });

  api.get("/_emulator/calls/next", async (c) => {
    const path = pattern(c.req.query("path"));
    const method = c.req.query("method");
    const call = await recorder.next({
      ...(method === undefined ? {} : { method }),
      ...(path === undefined ? {} : { path }),
    });
    const { body: _body, ...told } = call;
    return c.json({ call: told });
  });

  api.get("/_emulator/waiting", (c) => c.json({ waiting: recorder.waitingCount }));

  api.post("/_emulator/faults", (c) => {
    const { method, path, upgrade, times, after, fault } = objectBody(c);
    const parsed = parseFault(fault);
    if (parsed === undefined) throw badRequest("fault: unknown; see the README for the list");
    const expression = pattern(path);
    faults.add({
      fault: parsed,
      ...(typeof method === "string" ? { method } : {}),
      ...(expression === undefined ? {} : { path: expression }),
      ...(upgrade === true ? { upgrade } : {}),
      ...(typeof times === "number" ? { times } : {}),
      ...(typeof after === "number" ? { after } : {}),
    });
    return c.body(null, 204);
  });

  api.delete("/_emulator/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });

  api.post("/_emulator/failures", (c) => {
    controls.failNext(parseFailure(optionalBody(c)));
    return c.body(null, 204);
  });

  api.post("/_emulator/creations", (c) => {
    controls.breakNextCreate(optionalFlag(optionalBody(c), "forGood"));
    return c.body(null, 204);
  });

  api.post("/_emulator/apps/:id/repair", (c) => {
    controls.repairApp(param(c, "id"));
    return c.body(null, 204);
  });

  api.post("/_emulator/reset", (c) => {
    controls.reset();
    return c.body(null, 204);
  });

  api.get("/_emulator/apps", (c) => {
    const current = store();
    return c.json({ apps: current.list().map((app) => appView(current, app)) });
  });

  api.post("/_emulator/apps/:id/edit", (c) => {
    const { spec } = objectBody(c);
    return c.json({ app: controls.editApp(param(c, "id"), () => spec as Spec) });
  });

  api.post("/_emulator/apps/:id/deployments", (c) => {
    const { type = "MAINTENANCE", cause } = optionalBody(c);
    const known = UNPROMPTED_TYPES.find((one) => one === type);
    if (known === undefined) throw badRequest(`type must be one of ${UNPROMPTED_TYPES.join(", ")}`);
    if (cause !== undefined && typeof cause !== "string") throw badRequest("cause must be a text");
    return c.json({ id: controls.deployUnprompted(param(c, "id"), known, cause) });
  });
}
