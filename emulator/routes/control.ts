import { parseFault } from "../faults";
import type { Wiring } from "../server";
import { badRequest } from "../errors";
import { parseFailure } from "../failures";
import type { Spec } from "../types";
import { appView } from "../view";
import { objectBody, optionalBody, param, type Api } from "./context";

const pattern = (text: unknown): RegExp | undefined => {
  if (typeof text !== "string" || text === "") return undefined;
  try {
    return new RegExp(text);
  } catch {
    throw badRequest(`path: "${text}" is not a regular expression`);
  }
};

/** The controls of {@link Emulator} for other processes. No token is asked for: only this machine can reach them. */
export function controlRoutes(api: Api, wiring: Wiring): void {
  api.get("/_emulator/calls", (c) =>
    c.json({ calls: wiring.recorder.calls.map(({ body: _body, ...call }) => call) }),
  );

  api.delete("/_emulator/calls", (c) => {
    wiring.recorder.clear();
    return c.body(null, 204);
  });

  api.get("/_emulator/calls/next", async (c) => {
    const path = pattern(c.req.query("path"));
    const method = c.req.query("method");
    const call = await wiring.recorder.next({
      ...(method === undefined ? {} : { method }),
      ...(path === undefined ? {} : { path }),
    });
    const { body: _body, ...told } = call;
    return c.json({ call: told });
  });

  api.get("/_emulator/waiting", (c) => c.json({ waiting: wiring.recorder.waitingCount }));

  api.post("/_emulator/faults", (c) => {
    const { method, path, times, after, fault } = objectBody(c);
    const parsed = parseFault(fault);
    if (parsed === undefined) throw badRequest("fault: unknown; see the README for the list");
    const expression = pattern(path);
    wiring.faults.add({
      fault: parsed,
      ...(typeof method === "string" ? { method } : {}),
      ...(expression === undefined ? {} : { path: expression }),
      ...(typeof times === "number" ? { times } : {}),
      ...(typeof after === "number" ? { after } : {}),
    });
    return c.body(null, 204);
  });

  api.delete("/_emulator/faults", (c) => {
    wiring.faults.clear();
    return c.body(null, 204);
  });

  api.post("/_emulator/failures", (c) => {
    wiring.emulator().failNext(parseFailure(optionalBody(c)));
    return c.body(null, 204);
  });

  api.post("/_emulator/reset", (c) => {
    wiring.emulator().reset();
    return c.body(null, 204);
  });

  api.get("/_emulator/apps", (c) => {
    const store = wiring.store();
    return c.json({ apps: store.list().map((app) => appView(store, app)) });
  });

  api.post("/_emulator/apps/:id/edit", (c) => {
    const { spec } = objectBody(c);
    return c.json({ app: wiring.emulator().editApp(param(c, "id"), () => spec as Spec) });
  });
}
