import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { changed, eachInItsWorld, inputs, OPEN } from "../../helpers/world/provider-world";

const CRUD = ["app:create", "app:read", "app:update", "app:delete"];
const more = changed((spec) => (spec.services![0]!.instance_count = 2), OPEN);

describe("an app, with a token of few scopes", () => {
  const world = eachInItsWorld();
  const folder = temporaryFolder();

  /** As the only app so far shows it. */
  async function defaultProject(): Promise<string> {
    await world.create(inputs(changed((spec) => (spec.name = "first"), OPEN)));
    return world.app.projectId;
  }

  it("is created, updated, refreshed without a change, and deleted without project scopes", async () => {
    await world.restart({ scopes: CRUD });
    const made = await world.create(inputs(OPEN, { backup: false }));
    assert.equal(made.outs.project, "");
    const updated = await world.update(made, inputs(more, { backup: false }));
    const { props } = await world.run().read(updated.id, updated.outs);
    assert.deepEqual(props, updated.outs);
    assert.equal(
      (await world.run().diff(made.id, updated.outs, inputs(more, { backup: false }))).changes,
      false,
    );
    await world.run().delete(made.id, updated.outs);
    assert.deepEqual(world.emulator.apps(), []);
  });

  it("is assigned to a project with project:assign_resource, and keeps it in the state although reads hide it", async () => {
    await world.restart({ scopes: [...CRUD, "project:assign_resource"] });
    const home = await defaultProject();
    const news = inputs(OPEN, { projectId: home });
    const made = await world.create(news);
    assert.equal(world.emulator.apps().at(-1)?.projectId, home);
    assert.equal(made.outs.project, home);
    assert.equal((await world.run().diff(made.id, made.outs, news)).changes, false);
    const read = await world.run().read(made.id, made.outs);
    assert.equal(read.inputs?.projectId, home);
    assert.deepEqual(read.props, made.outs);
  });

  it("is not created in a project without project:assign_resource, and the error names the scope", async () => {
    await world.restart({ scopes: CRUD });
    const projectId = await defaultProject();
    const error = await world.failure(world.create(inputs(OPEN, { projectId })));
    assert.equal(error.errorCode, "forbidden");
    assert.match(error.message, /project:assign_resource/);
    assert.equal(world.emulator.apps().length, 1);
  });

  it("fails with the name of the missing scope, whatever the operation", async () => {
    const snapshot = join(folder.path, "state.json");
    await world.restart({ snapshot });
    const made = await world.create(inputs(OPEN, { backup: false }));
    await world.restart({ snapshot, scopes: ["app:read"] });
    for (const [scope, work] of [
      ["app:update", () => world.update(made, inputs(more))],
      ["app:delete", () => world.run().delete(made.id, made.outs)],
      ["app:create", () => world.create(inputs(changed((spec) => (spec.name = "another"), OPEN)))],
    ] as const) {
      const error = await world.failure(work());
      assert.match(error.message, new RegExp(`needs the scopes? .*${scope}`), error.message);
    }
    assert.equal(world.emulator.apps().length, 1);
  });
});
