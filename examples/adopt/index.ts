import * as pulumi from "@pulumi/pulumi";
import { App } from "pulumi-app-platform";

const config = new pulumi.Config();
// pulumi config set appId …: an app that was made in the control panel, by a script or by another tool.
const appId = config.require("appId");

// First step: read it. The stack shows it as external, and never changes or deletes it.
const read = App.get("app", appId);

// pulumi config set manage true, second step: the program says what the app is to be, and the stack manages it from now on.
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
      // Neither pulumi destroy nor a change of the program deletes it.
      { protect: true },
    )
  : undefined;

export const url = (managed ?? read).liveUrl;
export const components = read.spec.apply((spec) => (spec.services ?? []).map(({ name }) => name));
