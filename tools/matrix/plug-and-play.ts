import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Folder, type Setting } from "./run";

/**
 * What a user of Yarn Plug'n'Play sees: with `pulumi up`, a message of Pulumi, which finds no SDK; with `yarn exec pulumi up`, the
 * program runs, and this package refuses.
 *
 * @returns the line that says what went wrong, by command. @throws Error if a command succeeds, or if this package gives no advice
 */
export async function plugAndPlay(folder: string, setting: Setting): Promise<Record<string, string>> {
  try {
    const user = new Folder(folder, "yarn-berry", setting);
    await user.install("pnp");
    readFileSync(join(folder, ".pnp.cjs"));
    await user.must("pulumi stack init", "pulumi", ["stack", "init", "dev", "--non-interactive"]);
    // No service is needed: neither command gets that far.
    const service = { DIGITALOCEAN_API_URL: "http://127.0.0.1:1" };
    const preview = ["preview", "--non-interactive"];
    const plain = await user.run("pulumi", preview, service);
    const inYarn = await user.run(process.execPath, user.managerArgs("exec", "pulumi", ...preview), service);
    for (const { code, output } of [plain, inYarn])
      if (code === 0) throw new Error(`Plug'n'Play was not refused:\n${output}`);
    const advice = /error: (.*nodeLinker: node-modules.*)/.exec(inYarn.output)?.[1];
    if (advice === undefined) throw new Error(`Plug'n'Play was refused without advice:\n${inYarn.output}`);
    const pulumis = /error: (.+)/.exec(plain.output)?.[1];
    return { "pulumi preview": pulumis ?? plain.output, "yarn exec pulumi preview": advice };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
