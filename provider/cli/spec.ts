import { printableJson } from "../text/json";
import { withoutSecretValues } from "../secrets/open-spec";
import { appFileText, writeFile } from "./app-file";
import { languageOfLines } from "./language";
import { appOf, clientOf, only, text, UsageError, type Command } from "./command";

export const spec: Command = {
  summary: "write the app.yaml of an existing app",
  help: `Usage: app-platform spec <app> [options]

Prints the AppSpec of an app as YAML, with a comment for editors that names its
schema. <app> is a name or an id. The output contains no secrets; a comment
lists them. As long as the app exists, the service keeps their values.

Options:
  --out FILE    write a file instead; - for standard output
  --force       overwrite an existing file
  --language LANG  language of the line to add to the program: typescript or
                yaml (default: that of the Pulumi project in this folder, or
                typescript)
  --json        print { "spec": …, "secrets": [addresses] } as JSON, which
                loadSpec reads as well

Exit codes: 0 success, 1 failure, 2 usage error.
`,
  options: {
    out: { type: "string" },
    force: { type: "boolean" },
    language: { type: "string" },
    json: { type: "boolean" },
  },
  async run(values, positionals, io) {
    const argument = only(positionals, "app");
    const out = text(values, "out");
    if (out === "") throw new UsageError("--out: missing file");
    const app = await appOf(clientOf(io), argument);
    const file = withoutSecretValues(app.spec);
    const path = out === undefined || out === "-" ? undefined : out;
    const about = [`The AppSpec of the app ${app.spec.name ?? ""} (id ${app.id}).`];
    const content =
      values["json"] === true ? `${printableJson(file)}\n` : appFileText(file, path ?? "app.yaml", about);
    if (path === undefined) {
      await io.out(content);
      return 0;
    }
    const language = languageOfLines(text(values, "language"));
    writeFile(path, content, values["force"] === true);
    await io.out(`${path}\n`);
    if (file.secrets.length > 0) io.err(`Secrets left out: ${file.secrets.join(", ")}\n`);
    const lines = language.lines([{ name: app.spec.name ?? "app", file: path, adopt: app.id }]);
    io.err(`Next, add to the program:\n\n${lines}\n`);
    return 0;
  },
};
