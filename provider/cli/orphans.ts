import { collect } from "../api/pages";
import type { App } from "../api/types";
import { appPage } from "../service/control-panel";
import { AppPlatformError } from "../errors";
import { printableJson } from "../text/json";
import { shownInLine } from "../text/shown";
import { appsOfStack, type StackApps } from "../resources/stack-export";
import { clientOf, contentOf, UsageError, type Command, type Io } from "./command";

export const orphans: Command = {
  summary: "list the apps in the account that none of the given stacks manage",
  help: `Usage: app-platform orphans <file>... [options]

Compares the apps in the account with the output of \`pulumi stack export\`, one
file per stack; - reads standard input. Lists every app that no stack manages,
with the line that adopts it. Changes and deletes nothing.

Options:
  --exit-code   exit with code 1 if any app is listed
  --json        print a JSON list
`,
  options: { "exit-code": { type: "boolean" }, json: { type: "boolean" } },
  async run(values, files, io) {
    if (files.length === 0) throw new UsageError("missing argument: <file>");
    const stacks: StackApps[] = [];
    for (const file of files) stacks.push(await readStack(file, io));
    const managed = new Set(stacks.flatMap((stack) => stack.managed.map(({ id }) => id)));
    const apps = await collect(clientOf(io).listApps({ signal: io.signal }));
    const found = apps.filter(({ id }) => !managed.has(id));
    await io.out(
      values["json"] === true ? `${printableJson(found.map(facts))}\n` : found.map(lines).join(""),
    );
    for (const urn of stacks.flatMap(({ pendingCreates }) => pendingCreates))
      io.err(`Note: the creation of ${shownInLine(urn)} was interrupted, so its app may be one of these.\n`);
    const there = new Set(apps.map(({ id }) => id));
    for (const { id, urn } of stacks.flatMap((stack) => stack.managed))
      if (!there.has(id))
        io.err(
          `Note: ${shownInLine(urn)} manages the app ${shownInLine(id)}, which is not in this account.\n`,
        );
    io.err(summary(apps.length, found.length));
    return values["exit-code"] === true && found.length > 0 ? 1 : 0;
  },
};

async function readStack(file: string, io: Io): Promise<StackApps> {
  const { name, content } = await contentOf(file, io);
  const stack = appsOfStack(parsed(content));
  if (stack) return stack;
  // The content may contain secrets, so no part of it is shown.
  throw new AppPlatformError(
    "invalid-input",
    `${name} is not the output of \`pulumi stack export\`. Run: pulumi stack export --file ${file === "-" ? "FILE" : file}`,
  );
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function facts({ id, spec, created_at: createdAt }: App): object {
  return { id, name: spec.name ?? "", createdAt: createdAt ?? "", page: appPage(id) };
}

function lines({ id, spec, created_at: createdAt }: App): string {
  const facts = shownInLine(
    `${spec.name ?? "(no name)"}  ${id}  created ${createdAt ?? "at an unknown time"}`,
  );
  return `${facts}\n  adopt: ${JSON.stringify(id)}\n  ${appPage(id)}\n`;
}

function summary(all: number, found: number): string {
  const total = `${all} ${all === 1 ? "app" : "apps"} in this account`;
  return found === 0
    ? `${total}: each is managed by one of the given stacks.\n`
    : `${total}: ${found} not managed by any of the given stacks. To manage one, add its adopt line to an App.\n`;
}
