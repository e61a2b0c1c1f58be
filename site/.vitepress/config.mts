import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type DefaultTheme } from "vitepress";
import { slugOf as slugify } from "../../tools/site/markdown";

// tools/site writes the pages, and what depends on them, to content/.
const content = fileURLToPath(new URL("../content/", import.meta.url));
const json = <T,>(file: string): T => JSON.parse(readFileSync(content + file, "utf8")) as T;

interface Site {
  sidebar: { text: string; items: DefaultTheme.SidebarItem[] }[];
  base: string;
  repository?: string;
}
const site = json<Site>("site.json");

const api = {
  "/api/": json<DefaultTheme.SidebarItem[]>("api/typedoc-sidebar.json"),
  "/emulator/api/": json<DefaultTheme.SidebarItem[]>("emulator/api/typedoc-sidebar.json"),
};

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#3451b2"/><path d="M4 11 8 4l4 7z" fill="#fff"/></svg>`;

export default defineConfig({
  title: "pulumi-app-platform",
  description: "Apps on the DigitalOcean App Platform, from Pulumi programs",
  lang: "en-US",
  base: site.base,
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: `data:image/svg+xml,${encodeURIComponent(icon)}` }],
  ],
  srcDir: "content",
  outDir: "dist",
  metaChunk: true,
  markdown: {
    anchor: { slugify },
    headers: { slugify },
    toc: { slugify },
    config: ({ renderer: { rules } }) => {
      // Pages are templates of Vue, which would evaluate the braces of text and of code in lines.
      for (const kind of ["text", "code_inline"] as const) {
        const render = rules[kind];
        rules[kind] = (...args) => (render?.(...args) ?? "").replaceAll("{{", "&#123;&#123;");
      }
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      { text: "Tutorials", link: "/docs/tutorials/first-app" },
      { text: "Guides", link: "/docs/app" },
      { text: "AppSpec", link: "/appspec" },
      { text: "Errors", link: "/errors" },
      { text: "API", link: "/api/" },
      { text: "Emulator", link: "/emulator/" },
    ],
    sidebar: {
      "/": site.sidebar,
      ...Object.fromEntries(
        Object.entries(api).map(([path, items]) => [
          path,
          [{ text: "← All pages", link: "/docs/app" }, ...items],
        ]),
      ),
    },
    ...(site.repository && { socialLinks: [{ icon: "github", link: site.repository }] }),
    footer: { message: "Apache License 2.0" },
  },
});
