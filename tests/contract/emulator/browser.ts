import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "../../helpers/temporary-folder";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name)));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * A browser for the tests of a suite, which are skipped when none is installed.
 * @returns the page at an address, dumped after six seconds of the browser's virtual time; `options` are browser flags
 */
export function browserHere(): (url: string, ...options: string[]) => Promise<string> {
  const profile = temporaryFolder();
  let browser: string;
  before(function () {
    const found = findBrowser();
    if (found === undefined) this.skip();
    browser = found;
  });
  return async (url, ...options) => {
    const headless = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"];
    const quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update"];
    const page = ["--virtual-time-budget=6000", "--dump-dom", `--user-data-dir=${profile.path}`, url];
    const { stdout } = await promisify(execFile)(browser, [...headless, ...quiet, ...options, ...page], {
      timeout: 60_000,
    });
    return stdout;
  };
}
