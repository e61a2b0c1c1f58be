import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { getPulumiCli } from "../../tools/pulumi-cli/get";
import { runCommand, TOP } from "../../tools/pulumi-project";
import { succeeded } from "../helpers/e2e";
import { temporaryFolder } from "../helpers/temporary-folder";

const page = readFileSync(join(TOP, "docs", "pulumi-deployments.md"), "utf8");
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "m").exec(page)?.[1] ??
  assert.fail(`no ${language} block`);

describe("the commands in the page about Pulumi Deployments", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const sent: [string, unknown][] = [];
  let server: Server;

  before(async () => {
    server = createServer((request, response) => {
      const url = request.url ?? "";
      const answer = (body: object, status = 200): unknown =>
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      void readAll(request).then((body) => {
        if (request.method === "POST") sent.push([url, JSON.parse(body) as unknown]);
        if (url === "/api/user")
          return answer({
            id: "1",
            githubLogin: "acme",
            name: "acme",
            organizations: [{ githubLogin: "acme" }],
          });
        if (url === "/api/user/organizations/default") return answer({ GitHubLogin: "acme", Messages: [] });
        if (url === "/api/capabilities") return answer({ capabilities: [] });
        if (url === "/api/stacks/acme/shop/production")
          return answer({
            orgName: "acme",
            projectName: "shop",
            stackName: "production",
            tags: {},
            version: 1,
          });
        if (/^\/api\/stacks\/acme\/shop\/production\/deployments\//.test(url)) return answer({});
        return answer({ code: 404, message: "Not Found" }, 404);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  after(() => server.close());

  it("send the settings of the page, and the schedule", async () => {
    const { bin } = await getPulumiCli();
    mkdirSync(join(folder.path, "home"));
    writeFileSync(join(folder.path, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    succeeded(
      await runCommand("bash", ["-euc", block("sh")], folder.path, {
        PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
        HOME: folder.path,
        no_proxy: "127.0.0.1",
        PULUMI_HOME: join(folder.path, "home"),
        PULUMI_BACKEND_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        PULUMI_ACCESS_TOKEN: "pul-only-for-this-test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        DIGITALOCEAN_TOKEN: "the token",
        SESSION_KEY: "the key",
      }),
    );
    const stack = "/api/stacks/acme/shop/production/deployments";
    assert.deepEqual(sent, [
      [`${stack}/settings`, JSON.parse(block("json"))],
      [`${stack}/drift/schedules`, { scheduleCron: "17 5 * * *", autoRemediate: false }],
    ]);
  });
});
