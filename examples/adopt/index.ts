import * as pulumi from "@pulumi/pulumi";
import { App } from "pulumi-app-platform";

const config = new pulumi.Config();
// pulumi config set appId …: an app that was created in the control panel, by a script, or by another tool.
const appId = config.require("appId");

// First step: read the app. The stack shows it as external, and never changes or deletes it.
const read = App.get("app", appId);

// Second step, pulumi config set manage true: the program declares the app, and the stack manages it from now on.
const managed = config.getBoolean("manage")
  ? new App(
      "managed",
      {
        adopt: appId,
        spec: {
          name: config.require("name"),
          services: [
            {
              name: "web",
              image: { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" },
              http_port: 80,
            },
          ],
        },
      },
      // Protects the app from pulumi destroy and from being removed from the program.
      { protect: true },
    )
  : undefined;

export const url = (managed ?? read).liveUrl;
export const components = read.spec.apply((spec) => (spec.services ?? []).map(({ name }) => name));
