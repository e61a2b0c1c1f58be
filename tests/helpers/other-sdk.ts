import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand, TOP } from "../../tools/pulumi-project";
import { succeeded } from "./e2e";

/** The packed package, installed with another version of `@pulumi/pulumi` than this repository's. */
export class OtherSdk {
  private constructor(private readonly folder: string) {}

  static async install(version: string): Promise<OtherSdk> {
    const folder = mkdtempSync(join(tmpdir(), "app-platform-sdk-"));
    const env = process.env as Record<string, string>;
    const npm = async (cwd: string, ...args: string[]): Promise<string> =>
      succeeded(await runCommand("npm", args, cwd, env)).stdout;
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "other-sdk", private: true }));
    const pack = ["pack", "-w", "pulumi-app-platform", "--ignore-scripts", "--pack-destination", folder];
    const tarball = (await npm(TOP, ...pack)).trim().split("\n").at(-1) ?? "";
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
    await npm(folder, "install", join(folder, tarball), `@pulumi/pulumi@${version}`, ...quiet);
    return new OtherSdk(folder);
  }

  /** The folder with the installed packages. */
  get packages(): string {
    return join(this.folder, "node_modules");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
