import { spawn } from "node:child_process";
import { appPage, deploymentPage } from "../service/control-panel";
import { AppPlatformError } from "../errors";
import { printableJson } from "../text/json";
import { shownInLine } from "../text/shown";
import { appOf, clientOf, newestIn, only, UsageError, type Command, type Io } from "./command";

export const open: Command = {
  summary: "open an app, or its page in the control panel, in a browser",
  help: `Usage: app-platform open <app> [options]

<app> is a name or an id. Prints the URL and opens it in a browser, with the
command in the environment variable BROWSER, if set.

Options:
  --console       the app's page in the control panel
  --deployment    the page of the newest deployment in the control panel
  --no-browser    print the URL only; the default without a terminal
  --json          print all URLs as JSON, and open none

Exit codes: 0 success, 1 failure (also if no browser can be started), 2 usage
error.
`,
  options: {
    console: { type: "boolean" },
    deployment: { type: "boolean" },
    "no-browser": { type: "boolean" },
    json: { type: "boolean" },
  },
  async run(values, positionals, io) {
    const name = only(positionals, "app");
    if (values["console"] === true && values["deployment"] === true)
      throw new UsageError("--console cannot be combined with --deployment");
    const client = clientOf(io);
    const app = await appOf(client, name);
    const newest = newestIn(app);
    const urls = {
      live: app.live_url ?? "",
      console: appPage(app.id),
      deployment: newest ? deploymentPage(app.id, newest.id) : "",
    };
    if (values["json"] === true) {
      await io.out(`${printableJson(urls)}\n`);
      return 0;
    }
    const wanted =
      values["console"] === true ? "console" : values["deployment"] === true ? "deployment" : "live";
    const url = urls[wanted];
    const label = app.spec.name ?? app.id;
    if (url === "")
      throw new AppPlatformError(
        "not-found",
        wanted === "live"
          ? `The app ${label} has no URL until its first deployment is live. Try --console.`
          : `The app ${label} has no deployment.`,
      );
    if (!/^https?:\/\//i.test(url))
      throw new AppPlatformError("unreadable-answer", `The URL of the app ${label} is not a web address.`);
    await io.out(`${shownInLine(url)}\n`);
    if (values["no-browser"] === true || !io.isTerminal) return 0;
    await browse(new URL(url).href, io);
    return 0;
  },
};

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
};

/** Starts the browser without a shell, since the URL comes from the service. */
async function browse(url: string, io: Io): Promise<void> {
  const own = io.env["BROWSER"]?.trim();
  const [command = "", ...args] = own ? own.split(/\s+/) : (OPENERS[process.platform] ?? ["xdg-open"]);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
    child.once("spawn", () => {
      child.unref();
      resolve();
    });
    child.once("error", ({ code, message }: NodeJS.ErrnoException) =>
      reject(
        new AppPlatformError(
          "not-found",
          `No browser was started: ${command}: ${code ?? message}. Open the URL above, or set BROWSER.`,
        ),
      ),
    );
  });
}
