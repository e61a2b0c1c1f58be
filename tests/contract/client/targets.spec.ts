import { createEmulator } from "../../../emulator/index";
import { clientContract } from "./client-contract";

describe("against the emulator", () => {
  clientContract(async () => {
    const token = `dop_v1_${"e".repeat(64)}`;
    const emulator = await createEmulator({ token, deploySeconds: 0.3 });
    return { url: emulator.url, token, close: () => emulator.close() };
  });
});

// A dedicated variable name, so that running the tests never creates apps with your usual token.
const token = process.env.APP_PLATFORM_CONTRACT_TOKEN;
if (token !== undefined && token !== "") {
  describe("against the real service", () => {
    const url = "https://api.digitalocean.com";
    const makeTarget = async () => ({ url, token, close: async () => {} });
    clientContract(makeTarget, { pollMs: 5000, timeoutMs: 20 * 60_000 });
  });
}
