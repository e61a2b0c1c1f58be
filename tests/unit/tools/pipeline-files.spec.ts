import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { parse } from "yaml";
import { foreignSchemaErrors } from "../../helpers/foreign-schemas";
import { temporaryFolder } from "../../helpers/temporary-folder";
import { workflowParser } from "../../helpers/workflow-parser";

const ROOT = join(__dirname, "..", "..", "..");
const EXAMPLE = join(ROOT, "examples", "pipeline");
const read = (name: string): string => readFileSync(join(EXAMPLE, name), "utf8");

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}
interface Job {
  permissions?: Record<string, string>;
  concurrency?: { group: string; "cancel-in-progress": boolean };
  env?: Record<string, string>;
  steps: Step[];
}
interface Workflow {
  permissions: object;
  concurrency?: Job["concurrency"];
  jobs: Record<string, Job>;
}
interface GitLabJob {
  script?: string[];
  before_script?: string[];
  resource_group?: string;
  environment?: { name: string; action?: string; on_stop?: string };
  rules?: { if: string }[];
}

const GITHUB = ["github-actions.yml", "github-preview-app.yml"];
const workflow = (name: string): Workflow => parse(read(name)) as Workflow;
const workflowJobs = (name: string): [string, Job][] => Object.entries(workflow(name).jobs);
const gitLab = (): Record<string, GitLabJob> => parse(read("gitlab-ci.yml")) as Record<string, GitLabJob>;
const gitLabJobs = (): [string, GitLabJob][] =>
  Object.entries(gitLab()).filter(([, job]) => Array.isArray(job.script) || Array.isArray(job.before_script));

/** All shell scripts in the files, by their places. */
const scripts = (): [string, string][] => [
  ...GITHUB.flatMap((file) =>
    workflowJobs(file).flatMap(([name, { steps }]) =>
      steps.flatMap(({ run }, index): [string, string][] =>
        run === undefined ? [] : [[`${file}: ${name}, step ${index + 1}`, run]],
      ),
    ),
  ),
  ...gitLabJobs().flatMap(([name, { script = [], before_script = [] }]): [string, string][] => [
    [`gitlab-ci.yml: ${name}`, [...before_script, ...script].join("\n")],
  ]),
];

const isInstalled = (command: string): boolean =>
  spawnSync("bash", ["-c", `hash ${command}`], { stdio: "ignore" }).status === 0;

describe("the files of the pipeline example", () => {
  it("have the form that GitHub accepts", () => {
    const problems = workflowParser();
    for (const file of GITHUB) assert.deepEqual(problems(file, read(file)), [], file);
  });

  it("have the form that GitLab accepts", () => {
    assert.deepEqual(foreignSchemaErrors("gitlab-ci.json", gitLab()), []);
    const wrong = { ...gitLab(), up: { ...gitLab()["up"], scripts: ["ls"] } };
    assert.notDeepEqual(foreignSchemaErrors("gitlab-ci.json", wrong), [], "an unknown key would be found");
  });

  it("contain shell scripts without syntax errors", () => {
    assert.ok(scripts().length > 15);
    for (const [place, script] of [...scripts(), ["pipeline.sh", read("pipeline.sh")] as const]) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
      assert.equal(status, 0, `${place}: ${stderr}`);
    }
  });

  it("insert no value of an event into a script", () => {
    for (const [place, script] of scripts()) assert.doesNotMatch(script, /\$\{\{/, place);
  });

  it("call only commands of the script that exist", () => {
    const usage = execFileSync("bash", [join(EXAMPLE, "pipeline.sh"), "help"], { encoding: "utf8" });
    const calls = scripts().flatMap(([, script]) => [...script.matchAll(/pipeline\.sh (\w+)/g)]);
    assert.deepEqual([...new Set(calls.map(([, command]) => command))].sort(), [
      "comment",
      "drift",
      "remove",
      "up",
      "url",
    ]);
    for (const [, command = ""] of calls) assert.match(usage, new RegExp(`^  ${command} `, "m"));
  });

  it("give each job on GitHub only the permissions that it needs, and the token to write only to the one without code", () => {
    for (const file of GITHUB) {
      assert.deepEqual(workflow(file).permissions, {}, file);
      for (const [name, { permissions, steps, env = {} }] of workflowJobs(file)) {
        const isComment = name === "comment";
        assert.deepEqual(permissions, isComment ? { "pull-requests": "write" } : { contents: "read" }, name);
        if (isComment)
          assert.doesNotMatch(
            JSON.stringify([steps, env]),
            /checkout|secrets\.|npm/,
            "it runs no code of the pull request",
          );
        for (const { uses, with: options } of steps) {
          if (uses !== undefined) assert.match(uses, /^actions\/[\w-]+@v\d+$/);
          if (uses?.startsWith("actions/checkout@")) assert.equal(options?.["persist-credentials"], false);
        }
      }
    }
  });

  it("run one job at a time for each stack, and cancel none that writes", () => {
    const main = Object.fromEntries(workflowJobs("github-actions.yml"));
    assert.deepEqual(main["up"]?.concurrency, {
      group: "app-platform-production",
      "cancel-in-progress": false,
    });
    assert.deepEqual(workflow("github-preview-app.yml").concurrency, {
      group: "app-platform-pr-${{ github.event.number }}",
      "cancel-in-progress": false,
    });
    const jobs = gitLab();
    assert.equal(jobs["up"]?.resource_group, jobs["drift"]?.resource_group);
    assert.equal(jobs["review"]?.resource_group, jobs["remove_review"]?.resource_group);
    assert.match(jobs["review"]?.resource_group ?? "", /\$CI_MERGE_REQUEST_IID/);
  });

  it("delete the app of a pull request with it", () => {
    const jobs = gitLab();
    const { review, remove_review: stop } = jobs;
    assert.equal(review?.environment?.on_stop, "remove_review");
    assert.deepEqual(
      [stop?.environment?.action, stop?.environment?.name],
      ["stop", review?.environment?.name],
    );
    const { deploy, remove } = workflow("github-preview-app.yml").jobs as unknown as Record<
      string,
      { if: string }
    >;
    assert.match(deploy?.if ?? "", /action != 'closed'/);
    assert.match(remove?.if ?? "", /action == 'closed'/);
  });

  it("give no secrets to pull requests from forks", () => {
    for (const file of GITHUB)
      for (const [name, job] of Object.entries(
        workflow(file).jobs as unknown as Record<string, { if: string }>,
      ))
        if (!["up", "drift", "comment"].includes(name))
          assert.match(job.if, /head\.repo\.full_name == github\.repository/);
    for (const [name, { rules = [] }] of gitLabJobs())
      if (!["up", "drift", ".pulumi"].includes(name))
        for (const rule of rules) assert.match(rule.if, /SOURCE_PROJECT_ID == \$CI_PROJECT_ID/);
  });
});

describe("the comment of the pipeline example", () => {
  const folder = temporaryFolder();
  const marker = "<!-- app-platform: shop/production -->";

  before(function () {
    const missing = ["curl", "jq"].filter((command) => !isInstalled(command));
    if (missing.length > 0) {
      console.error(`    skipped: ${missing.join(" and ")} not found on this machine`);
      this.skip();
    }
  });

  async function bash(script: string, env: Record<string, string>): Promise<void> {
    const child = spawn("bash", ["-eo", "pipefail", "-c", script], {
      cwd: folder.path,
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const errors = readAll(child.stderr);
    const [code] = (await once(child, "close")) as [number | null];
    assert.equal(code, 0, await errors);
  }

  describe("on GitHub", () => {
    /** Runs the job's script with a `gh` that has these comments, and returns how it writes. */
    async function written(comments: { id: number; login: string; body: string }[]): Promise<string> {
      const bin = join(folder.path, "bin");
      mkdirSync(bin);
      const pages = [comments.slice(0, 1), comments.slice(1)].map((page) =>
        page.map(({ id, login, body }) => ({ id, body, user: { login } })),
      );
      writeFileSync(join(folder.path, "pages"), pages.map((page) => JSON.stringify(page)).join("\n"));
      writeFileSync(
        join(bin, "gh"),
        `#!/usr/bin/env bash\nif [[ $* == *--paginate* ]]; then cat pages; else echo "$*" >>calls; fi\n`,
      );
      chmodSync(join(bin, "gh"), 0o755);
      writeFileSync(join(folder.path, "comment.md"), `${marker}\n\nnew\n`);
      const step = workflow("github-actions.yml").jobs["comment"]?.steps.find(({ run }) => run !== undefined);
      await bash(step?.run ?? "", {
        PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`,
        GITHUB_REPOSITORY: "acme/shop",
        NUMBER: "17",
      });
      return readFileSync(join(folder.path, "calls"), "utf8").trim();
    }

    it("is written if there is none of this stack by the workflow", async () => {
      const others = [
        { id: 1, login: "mallory", body: marker },
        { id: 2, login: "github-actions[bot]", body: "<!-- app-platform: shop/other -->" },
      ];
      assert.equal(
        await written(others),
        "api --silent --method POST repos/acme/shop/issues/17/comments -F body=@comment.md",
      );
    });

    it("is updated in place, wherever it is", async () => {
      const comments = [
        { id: 1, login: "octocat", body: "hello" },
        { id: 2, login: "github-actions[bot]", body: `${marker}\nold` },
      ];
      assert.equal(
        await written(comments),
        "api --silent --method PATCH repos/acme/shop/issues/comments/2 -F body=@comment.md",
      );
    });
  });

  describe("on GitLab", () => {
    interface Note {
      id: number;
      body: string;
      author: { id: number };
    }

    /** Runs the job's script against a server that has these notes on two pages, and returns what it writes. */
    async function written(notes: Note[]): Promise<string[]> {
      const calls: string[] = [];
      const answer = async (request: IncomingMessage): Promise<[unknown, Record<string, string>]> => {
        assert.equal(request.headers["private-token"], "glpat-token");
        const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
        if (pathname === "/api/v4/user") return [{ id: 7 }, {}];
        if (request.method !== "GET") {
          const body = new URLSearchParams(await readAll(request)).get("body");
          calls.push(`${request.method} ${pathname} ${body}`);
          return [{}, {}];
        }
        const page = Number(searchParams.get("page"));
        return [page === 1 ? notes.slice(0, 1) : notes.slice(1), { "x-next-page": page === 1 ? "2" : "" }];
      };
      const server = createServer((request, response) => {
        void answer(request).then(([body, headers]) =>
          response.writeHead(200, headers).end(JSON.stringify(body)),
        );
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      try {
        mkdirSync(join(folder.path, "infrastructure"));
        writeFileSync(join(folder.path, "infrastructure", "comment.md"), `${marker}\n\n1 & 2 = ü\n`);
        await bash((gitLab()["comment"]?.script ?? []).join("\n"), {
          CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`,
          CI_PROJECT_ID: "3",
          CI_MERGE_REQUEST_IID: "17",
          COMMENT_TOKEN: "glpat-token",
        });
      } finally {
        server.close();
      }
      return calls;
    }

    const notes = "/api/v4/projects/3/merge_requests/17/notes";
    const body = `${marker}\n\n1 & 2 = ü\n`;

    it("is written if there is none of this stack by the same token", async () => {
      const others = [
        { id: 1, body: `${marker}\n`, author: { id: 8 } },
        { id: 2, body: "hello", author: { id: 7 } },
      ];
      assert.deepEqual(await written(others), [`POST ${notes} ${body}`]);
    });

    it("is updated in place, wherever it is", async () => {
      const mine = [
        { id: 1, body: "hello", author: { id: 7 } },
        { id: 2, body: `${marker}\nold`, author: { id: 7 } },
      ];
      assert.deepEqual(await written(mine), [`PUT ${notes}/2 ${body}`]);
    });
  });
});
