import * as pulumi from "@pulumi/pulumi";
import { App, getLogsTextOutput, getLogUrlsOutput } from "pulumi-app-platform";

const app = new App("logs", {
  spec: {
    services: [
      {
        name: "web",
        github: { repo: "acme/shop", branch: "main" },
        run_command: "npm start",
        http_port: 8080,
      },
    ],
  },
});

const log = { appId: app.id, deploymentId: app.activeDeploymentId };

// The last lines of the build that serves now.
export const built = getLogsTextOutput({ ...log, type: "BUILD", component: "web", tailLines: 3 });

// Addresses of the whole log: whoever has them can read it, so they are a secret.
export const urls = getLogUrlsOutput({ ...log, type: "BUILD" });

// While a program runs, `for await (const line of getLogs({ appId, follow: true }))` gives the lines as they come.
export const until = pulumi.interpolate`app-platform logs ${app.id} --type run --follow`;
