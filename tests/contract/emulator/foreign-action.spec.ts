import assert from "node:assert/strict";
import { bench, webSpec, WHOLE, type Bench } from "./http";

/* eslint-disable @typescript-eslint/no-explicit-any -- reads responses as arbitrary JSON, as other clients do */

/** Requests of the GitHub action `app_action`, and its assumptions about the responses. */
describe("emulator: what the GitHub action needs", () => {
  let b: Bench;
  beforeEach(async () => {
    b = await bench();
  });
  afterEach(() => b.emulator.close());

  const create = async (spec: unknown): Promise<any> => (await b.ok("POST", "/v2/apps", { spec })).app;
  /** The page that follows the one with these links. */
  const pageOf = (url: string): number => Number(new URL(url).searchParams.get("page"));

  it("finds an app by name on any page; the links of each show which page it is", async () => {
    for (let count = 0; count < 5; count++) await create(webSpec(`app-${count}`));
    const first = await b.ok("GET", "/v2/apps?per_page=2");
    assert.equal(first.links.pages.prev, undefined);
    assert.deepEqual([pageOf(first.links.pages.next), pageOf(first.links.pages.last)], [2, 3]);
    const middle = await b.ok("GET", "/v2/apps?page=2&per_page=2");
    assert.deepEqual([pageOf(middle.links.pages.prev), pageOf(middle.links.pages.next)], [1, 3]);
    const last = await b.ok("GET", "/v2/apps?page=3&per_page=2");
    assert.equal(last.links.pages.next, undefined, "no link to a next page is how it knows the last");
    assert.deepEqual([pageOf(last.links.pages.prev), last.apps[0].spec.name], [2, "app-4"]);
  });

  it("returns the deployment of a create or update first in the list, right after the response", async () => {
    const app = await create(webSpec());
    const newest = async (): Promise<any> =>
      (await b.ok("GET", `/v2/apps/${app.id}/deployments?per_page=1`)).deployments[0];
    assert.equal((await newest()).id, app.pending_deployment.id);
    b.clock.advance(WHOLE);
    const body = { spec: app.spec, update_all_source_versions: true };
    const updated = (await b.ok("PUT", `/v2/apps/${app.id}`, body)).app;
    assert.equal((await newest()).id, updated.pending_deployment.id);
    b.clock.advance(WHOLE);
    assert.equal((await newest()).phase, "ACTIVE");
    assert.match((await b.ok("GET", `/v2/apps/${app.id}`)).app.live_url, /^https:/);
  });

  it("returns archived logs of a failed build, and 400 for a deploy log that does not exist", async () => {
    const app = await create(webSpec("demo", { build_command: "exit 1" }));
    b.clock.advance(WHOLE);
    const at = `/v2/apps/${app.id}/deployments/${app.pending_deployment.id}`;
    assert.equal((await b.ok("GET", at)).deployment.phase, "ERROR");
    const asked = "follow=true&tail_lines=-1";
    const { historic_urls: urls } = await b.ok("GET", `${at}/logs?type=BUILD&${asked}`);
    assert.match(await (await fetch(urls[0])).text(), /exit/);
    assert.equal((await b.call("GET", `${at}/logs?type=DEPLOY&${asked}`)).status, 400);
  });

  it("deletes an app, and returns 404 when there is nothing to delete", async () => {
    const app = await create(webSpec());
    assert.equal((await b.call("DELETE", `/v2/apps/${app.id}`)).status, 200);
    b.clock.advance(WHOLE);
    assert.equal((await b.call("DELETE", `/v2/apps/${app.id}`)).status, 404);
  });
});
