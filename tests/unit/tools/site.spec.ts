import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { ERROR_CODES, FILE_REASONS } from "../../../provider/error-codes";
import { TOP } from "../../../tools/pulumi-project";
import { appSpecPage, type SpecSchema } from "../../../tools/site/appspec-page";
import { docsPages, exampleFolders, writeContent } from "../../../tools/site/content";
import { errorsPage } from "../../../tools/site/errors-page";
import { anchorsIn, isExternal, linksIn, rewriteLinks, slugOf } from "../../../tools/site/markdown";
import { GROUPS, sidebarOf } from "../../../tools/site/sidebar";
import { temporaryFolder } from "../../helpers/temporary-folder";

const read = (path: string): string => readFileSync(join(TOP, path), "utf8");
const OTHERS = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md"];
const PAGES = [...docsPages(), ...OTHERS, "emulator/README.md", "provider/README.md"];

/** Links of a page that lead to no file, or to no heading of a page. */
function brokenLinks(page: string, text: string, folder: string): string[] {
  return linksIn(text).filter((target) => {
    if (isExternal(target)) return false;
    const [file = "", anchor] = target.split("#");
    const at = file === "" ? page : posix.join(posix.dirname(page), file);
    if (!existsSync(join(folder, at))) return true;
    if (anchor === undefined || !at.endsWith(".md")) return false;
    return !anchorsIn(readFileSync(join(folder, at), "utf8")).includes(anchor);
  });
}

describe("the links of the documentation", () => {
  for (const page of PAGES)
    it(`${page}: each leads to a file, and to a heading of it`, () => {
      assert.deepEqual(brokenLinks(page, read(page), TOP), []);
    });

  it("would be found broken without their file or heading, and are no links in code", () => {
    const page =
      "[a](missing.md), [b](app.md#missing), `[c](missing.md)`\n\n```md\n[d](missing.md)\n```\n[e](app.md#outputs)\n";
    assert.deepEqual(brokenLinks("docs/x.md", page, TOP), ["missing.md", "app.md#missing"]);
  });

  it("lead to the anchors that GitHub gives to headings", () => {
    assert.equal(slugOf("`Deployment`, `Rollback`, and `App.get`"), "deployment-rollback-and-appget");
    assert.equal(slugOf("Yarn Plug'n'Play"), "yarn-plugnplay");
    assert.deepEqual(anchorsIn("# A b\n## A b\n```sh\n# no\n```\n### [C](d.md) `e_f`\n"), [
      "a-b",
      "a-b-1",
      "c-e_f",
    ]);
  });

  it("are rewritten one by one, or reduced to their text", () => {
    const page = "[a](x.md) ![p](p.svg) [`b`](y.ts) `[c](z)`";
    const rewritten = rewriteLinks(page, (target) => (target === "y.ts" ? undefined : `/${target}`));
    assert.equal(rewritten, "[a](/x.md) ![p](/p.svg) `b` `[c](z)`");
  });
});

describe("the site", () => {
  const folder = temporaryFolder();
  const schema = JSON.parse(read("provider/appspec/app-spec.schema.json")) as SpecSchema;

  it("contains every page of docs/ and every example, each once in the sidebar, and its links lead to pages", () => {
    writeContent(folder.path, { base: "/", repository: undefined });
    const { sidebar } = JSON.parse(readFileSync(join(folder.path, "site.json"), "utf8")) as {
      sidebar: ReturnType<typeof sidebarOf>;
    };
    const links = sidebar.flatMap(({ items }) => items.map(({ link }) => link));
    assert.equal(new Set(links).size, links.length);
    for (const page of docsPages()) assert.ok(links.includes(`/${page.replace(/\.md$/, "")}`), page);
    const files = readdirSync(folder.path, { recursive: true, encoding: "utf8" });
    for (const { name } of exampleFolders()) assert.ok(files.includes(join("examples", `${name}.md`)), name);
    for (const page of files.filter((file) => file.endsWith(".md"))) {
      const text = readFileSync(join(folder.path, page), "utf8");
      assert.deepEqual(brokenLinks(page, text, folder.path), [], page);
    }
  });

  it("links to the repository's other files only if its address is known", () => {
    const repository = "https://example.com/acme/app-platform";
    writeContent(folder.path, { base: "/", repository });
    const page = readFileSync(join(folder.path, "docs", "endpoints.md"), "utf8");
    assert.match(page, /\]\(https:\/\/example\.com\/acme\/app-platform\/blob\/main\/tests\//);
  });

  it("shows a new page of docs/ without being told, and lists no page that does not exist", () => {
    const groups = sidebarOf(new Map([["docs/brand-new", "Brand new"]]));
    assert.deepEqual(groups, [
      { text: "More guides", items: [{ text: "Brand new", link: "/docs/brand-new" }] },
    ]);
    const listed = Object.values(GROUPS).flat();
    const missing = listed.filter((path) => path.startsWith("docs/") && !existsSync(join(TOP, `${path}.md`)));
    assert.deepEqual(missing, []);
  });

  it("explains every error code and every reason of an unreadable file with its cause and its remedy", () => {
    const page = errorsPage();
    for (const [code, { cause, remedy }] of Object.entries(ERROR_CODES))
      assert.ok(page.includes(`### ${code}\n\n${cause}\n\n**What to do:** ${remedy}\n`), code);
    for (const [reason, { cause, remedy }] of Object.entries(FILE_REASONS))
      assert.ok(page.includes(`| \`${reason}\` | ${cause} | ${remedy} |\n`), reason);
  });

  it("describes every property of the AppSpec, with its default and range", () => {
    const page = appSpecPage(schema);
    for (const [name, { properties }] of [["App", schema] as const, ...Object.entries(schema.definitions)]) {
      if (!properties) continue;
      const section = page.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? assert.fail(name);
      for (const [property, { description = "" }] of Object.entries(properties)) {
        const row = section.split("\n").find((line) => line.startsWith(`| \`${property}\` |`));
        assert.ok(
          row?.includes(description.replaceAll("|", "\\|").replaceAll("\n", " ")),
          `${name}.${property}`,
        );
      }
    }
    assert.match(page, /^\| `http_port` \| integer; default `8080`; 1 to 65535 \|/m);
    assert.match(page, /^\| `name` \| string; 2 to 32 characters; `\^/m);
  });

  it("says what a change of each property of a component does, as previews do", () => {
    const [, services = ""] = appSpecPage(schema).split("\n## AppService\n");
    const effectOf = (property: string): string =>
      new RegExp(`^\\| \`${property}\` \\|.*\\| ([^|]+) \\|$`, "m").exec(services)?.[1] ?? "";
    assert.match(effectOf("build_command"), /^rebuild and redeploy \*\*\(likely\)\*\*$/);
    assert.match(effectOf("instance_count"), /^redeploy without a new build/);
    assert.match(effectOf("envs"), /^rebuild.*RUN_TIME.*redeploy without a new build/);
    assert.match(effectOf("name"), /another component/);
  });
});
