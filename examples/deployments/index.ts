import * as pulumi from "@pulumi/pulumi";
import { App, Deployment, Rollback, type RollbackState } from "pulumi-app-platform";

const config = new pulumi.Config();

// pulumi config set appId …: an app that another program manages, or that no program manages.
const app = App.get("app", config.require("appId"));

// pulumi config set commit …: deploys the newest sources, once for each value.
const release = new Deployment("release", {
  appId: app.id,
  triggers: { commit: config.require("commit") },
  timeouts: { create: "30m", update: "30m" },
});

// pulumi config set rollback pinned: restores the previous deployment. Then set it to committed to keep that deployment, or to
// reverted to undo the rollback. Afterwards, run pulumi config rm rollback.
const rollback = config.get<RollbackState>("rollback");
const back = rollback && new Rollback("back", { appId: app.id, state: rollback }, { dependsOn: release });

export const url = app.liveUrl;
export const deployment = release.deploymentId;
export const phase = release.phase;
export const runs = back ? pulumi.interpolate`${back.deploymentId}, ${back.state}` : "the release";
