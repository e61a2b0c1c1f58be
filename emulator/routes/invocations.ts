import { badRequest, notFound } from "../errors";
import { isUuid } from "../model/ids";
import { invocationsOf, invocationView, isApart, phaseOf, type Invocation } from "../model/job-invocations";
import { page } from "../http/paging";
import { list, optionalId } from "./query";
import type { Store } from "../model/store";
import type { StoredApp } from "../model/stored-app";
import { ownerOf } from "./account";
import { addressOf, optionalBody, param, type Api, type Ctx, type Deps } from "./context";

/** The run in the request's path. @param job its name, if the request contains it @throws {@link ApiError} 400, 404 */
export function findInvocation(c: Ctx, store: Store, app: StoredApp, job: string | undefined): Invocation {
  const id = param(c, "invocation");
  if (!isUuid(id)) throw badRequest("invalid job invocation id: it must be a UUID");
  const run = invocationsOf(app, store.now).find((candidate) => candidate.id === id.toLowerCase());
  if (run === undefined || (job !== undefined && job !== "" && run.component.name !== job)) throw notFound();
  return run;
}

/** Job runs: list, get, cancel. */
export function invocationRoutes(api: Api, deps: Deps): void {
  const view = (store: Store, run: Invocation): Record<string, unknown> =>
    invocationView(run, store.now, ownerOf(store));
  // In the API description, the schema has the run at the top level, but the text says that it is below a
  // key: return both.
  const both = (store: Store, run: Invocation): Record<string, unknown> => {
    const told = view(store, run);
    return { ...told, job_invocation: told };
  };

  api.get("/v2/apps/:id/job-invocations", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    const jobs = list(c, "job_names");
    const deployment = optionalId(c, "deployment_id");
    if (deployment !== undefined) store.deployment(app, deployment);
    const runs = invocationsOf(app, store.now).filter(
      ({ component, record }) =>
        (jobs.length === 0 || jobs.includes(component.name)) &&
        (deployment === undefined || record.id === deployment),
    );
    return c.json(page("job_invocations", runs, addressOf(c, deps), (run) => view(store, run)));
  });

  api.get("/v2/apps/:id/job-invocations/:invocation", (c) => {
    const store = deps.store();
    return c.json(both(store, findInvocation(c, store, store.get(param(c, "id")), c.req.query("job_name"))));
  });

  api.post("/v2/apps/:id/job-invocations/:invocation/cancel", (c) => {
    const store = deps.store();
    const app = store.get(param(c, "id"));
    optionalBody(c);
    const run = findInvocation(c, store, app, c.req.query("job_name"));
    if (!["PENDING", "RUNNING"].includes(phaseOf(run, store.now)))
      throw badRequest("the job invocation has finished and cannot be canceled");
    if (isApart(run.component)) store.stop(app, run.id);
    // A deployment cannot continue without a job that is one of its steps.
    else store.cancel(run.record);
    return c.json(both(store, findInvocation(c, store, app, undefined)));
  });
}
