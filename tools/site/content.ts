import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, posix } from "node:path";
import { TOP } from "../pulumi-project";
import { appSpecPage, type SpecSchema } from "./appspec-page";
import { errorsPage } from "./errors-page";
import { examplePage, examplesPage, isShown, type Example } from "./examples-pages";
import { homePage } from "./home-page";
import { isExternal, rewriteLinks, slugOf, titleOf } from "./markdown";
import { sidebarOf } from "./sidebar";

/** Writes the pages of the site from the repository's Markdown, its schema, its error codes, and its examples. */

/** Pages outside `docs/`, by the name that they get. */
const PAGES: Readonly<Record<string, string>> = {
  "emulator/index.md": "emulator/README.md",
  "CHANGELOG.md": "CHANGELOG.md",
  "CONTRIBUTING.md": "CONTRIBUTING.md",
  "ARCHITECTURE.md": "ARCHITECTURE.md",
  "SECURITY.md": "SECURITY.md",
};

const read = (path: string): string => readFileSync(join(TOP, path), "utf8");

/** The pages of `docs/`, by their path in the repository. */
export const docsPages = (): string[] =>
  readdirSync(join(TOP, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => posix.join("docs", name.replaceAll("\\", "/")))
    .sort();

export function exampleFolders(): Example[] {
  const folders = readdirSync(join(TOP, "examples")).filter((name) =>
    statSync(join(TOP, "examples", name)).isDirectory(),
  );
  return folders.sort().map((name) => {
    const folder = join(TOP, "examples", name);
    const files = readdirSync(folder)
      .filter((file) => statSync(join(folder, file)).isFile() && !/^Pulumi\..+\.yaml$|-lock\./.test(file))
      .sort();
    return { name, files: new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")])) };
  });
}

export interface Site {
  /** The repository's address, for links to files that are no pages; without it, only their text remains. */
  readonly repository: string | undefined;
  readonly base: string;
}

/** @param content an empty folder. @throws Error for a link to a file that does not exist */
export function writeContent(content: string, site: Site): void {
  rmSync(content, { recursive: true, force: true });
  const titles = new Map<string, string>();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(content, path)), { recursive: true });
    writeFileSync(join(content, path), text);
    const title = titleOf(text);
    if (title !== undefined) titles.set(path.replace(/\.md$/, ""), title);
  };
  const copy = (path: string, source: string, text = read(source)): void =>
    write(path, relinked(text, path, source, content, site));

  for (const page of docsPages()) copy(page, page);
  for (const [path, source] of Object.entries(PAGES)) copy(path, source);
  copy("index.md", "README.md", homePage(read("README.md")));
  write("errors.md", errorsPage());
  write("appspec.md", appSpecPage(JSON.parse(read("provider/appspec/app-spec.schema.json")) as SpecSchema));
  const examples = exampleFolders();
  write("examples/index.md", examplesPage(examples));
  for (const example of examples) {
    const source = `examples/${example.name}/README.md`;
    copy(`examples/${example.name}.md`, source, examplePage(example));
  }
  // TypeDoc writes these two.
  titles.set("api/index", "TypeScript API");
  titles.set("emulator/api/index", "The emulator's TypeScript API");
  const { repository, base } = site;
  write("site.json", JSON.stringify({ sidebar: sidebarOf(titles), base, repository }));
}

/** A page with links that fit the site. Copies the pictures that it shows. */
function relinked(text: string, path: string, source: string, content: string, { repository }: Site): string {
  return rewriteLinks(withTitles(text, source), (target) => {
    if (isExternal(target) || target.startsWith("#") || target.startsWith("/")) return target;
    const [file = "", anchor] = target.split("#");
    const at = posix.join(posix.dirname(source), file).replace(/\/$/, "");
    if (!existsSync(join(TOP, at))) throw new Error(`${source}: the link ${target} leads nowhere`);
    const page = pageOf(at);
    if (page !== undefined) {
      const link = posix.relative(posix.dirname(path), page);
      const shown = /^examples\/[^/]+\/([^/]+)$/.exec(at)?.[1];
      const place = shown !== undefined && isShown(shown) ? slugOf(shown) : anchor;
      return `${link.startsWith(".") ? link : `./${link}`}${place ? `#${place}` : ""}`;
    }
    if (/\.(svg|png)$/.test(at)) {
      mkdirSync(dirname(join(content, at)), { recursive: true });
      cpSync(join(TOP, at), join(content, at));
      const link = posix.relative(posix.dirname(path), at);
      return link.startsWith(".") ? link : `./${link}`;
    }
    return repository === undefined
      ? undefined
      : `${repository}/blob/main/${at}${anchor ? `#${anchor}` : ""}`;
  });
}

/** In the repository, some links show the name of their file; on the site, the title of the page reads better. */
const withTitles = (text: string, source: string): string =>
  text.replace(/\[[\w./-]+\.md\](\(([^)#\s]+\.md))/g, (link, target: string, file: string) => {
    const at = posix.join(posix.dirname(source), file);
    const title = existsSync(join(TOP, at)) ? titleOf(read(at)) : undefined;
    return title === undefined ? link : `[${title}]${target}`;
  });

/** The page of the site that shows a file of the repository. */
function pageOf(file: string): string | undefined {
  if (file === "README.md") return "index.md";
  if (file.startsWith("docs/") && file.endsWith(".md")) return file;
  if (file === "examples") return "examples/index.md";
  const [, example] = /^examples\/([^/]+)/.exec(file) ?? [];
  if (example !== undefined) return `examples/${example}.md`;
  return Object.keys(PAGES).find((path) => PAGES[path] === file);
}
