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

// The last log lines of the active deployment's build.
export const built = getLogsTextOutput({ ...log, type: "BUILD", component: "web", tailLines: 3 });

// URLs of the complete log. Anyone with such a URL can read it, so they are secret.
export const urls = getLogUrlsOutput({ ...log, type: "BUILD" });

// While a program runs, `for await (const line of getLogs({ appId, follow: true }))` yields lines as they arrive.
export const until = pulumi.interpolate`app-platform logs ${app.id} --type run --follow`;
