import * as pulumi from "@pulumi/pulumi";
import { App, loadSpec } from "pulumi-app-platform";

const config = new pulumi.Config();

// pulumi config set appSpec app-spec-backups/….yaml: creates the app from the backup of a deleted one.
const spec = loadSpec(config.get("appSpec") ?? "app.yaml", {
  // pulumi config set --secret sessionKey …
  secrets: { "web.SESSION_KEY": config.getSecret("sessionKey") ?? "only-for-trying-it-out" },
});

const app = new App("quickstart", {
  spec,
  // pulumi config set release 2: deploys the same spec again, from the newest sources.
  redeployOn: { release: config.get("release") ?? "1" },
});

export const url = app.liveUrl;
export const deployment = app.activeDeploymentId;
