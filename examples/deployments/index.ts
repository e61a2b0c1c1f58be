import * as pulumi from "@pulumi/pulumi";
import { App, Deployment, Rollback, type RollbackState } from "pulumi-app-platform";

const config = new pulumi.Config();

// pulumi config set appId …: an app that another program, or nobody's program, manages.
const app = App.get("app", config.require("appId"));

// pulumi config set commit …: the newest sources are deployed, once for every value.
const release = new Deployment("release", {
  appId: app.id,
  triggers: { commit: config.require("commit") },
  timeouts: { create: "30m", update: "30m" },
});

// pulumi config set rollback pinned: back to what ran before. Then committed to keep it, or reverted; then pulumi config rm.
const rollback = config.get<RollbackState>("rollback");
const back = rollback && new Rollback("back", { appId: app.id, state: rollback }, { dependsOn: release });

export const url = app.liveUrl;
export const deployment = release.deploymentId;
export const phase = release.phase;
export const runs = back ? pulumi.interpolate`${back.deploymentId}, ${back.state}` : "the release";
