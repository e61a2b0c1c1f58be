import * as pulumi from "@pulumi/pulumi";
import { App, loadSpec } from "pulumi-app-platform";

const sessionKey = process.env["SESSION_KEY"];
if (!sessionKey) throw new Error("SESSION_KEY is not set: the pipeline takes it from its secrets");

// To release a new version, change the image tag in app.yaml.
const app = new App("shop", {
  spec: loadSpec("app.yaml", { secrets: { "web.SESSION_KEY": pulumi.secret(sessionKey) } }),
});

export const url = app.liveUrl;
