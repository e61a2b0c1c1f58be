import * as pulumi from "@pulumi/pulumi";
import { App, loadSpec, previewSpec } from "pulumi-app-platform";

const sessionKey = process.env["SESSION_KEY"];
if (!sessionKey) throw new Error("SESSION_KEY is not set: the pipeline takes it from its secrets");
const secrets = { "web.SESSION_KEY": pulumi.secret(sessionKey) };

/** The app for a pull request, in a stack of its own, such as pr-17. */
function previewApp(branch: string): App {
  const name = `shop-${pulumi.getStack()}`;
  const spec = previewSpec(loadSpec("app.yaml"), { name, branch, secrets });
  return new App("shop", { spec, redeployOn: { commit: process.env["PREVIEW_COMMIT"] ?? "" } });
}

// To release a new version, change the image tag in app.yaml.
const branch = process.env["PREVIEW_BRANCH"];
const app = branch ? previewApp(branch) : new App("shop", { spec: loadSpec("app.yaml", { secrets }) });

export const url = app.liveUrl;
