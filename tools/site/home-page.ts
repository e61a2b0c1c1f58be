/** The first page, with parts of the README. Pure. */
export function homePage(readme: string): string {
  const comparison = sectionOf(readme, "Why another provider?");
  const picture = /^!\[.*\]\(.*\)$/m.exec(readme)?.[0] ?? "";
  return `${HEAD}\n${picture}\n\n${comparison}`;
}

/** A section with its heading. @throws Error if the README has none of this name */
function sectionOf(page: string, heading: string): string {
  const start = page.indexOf(`## ${heading}\n`);
  if (start < 0) throw new Error(`README.md has no section "${heading}"`);
  const end = page.indexOf("\n## ", start + 1);
  return page.slice(start, end < 0 ? undefined : end).trimEnd() + "\n";
}

const HEAD = `---
layout: home
hero:
  name: pulumi-app-platform
  text: App Platform from Pulumi programs
  tagline: Declare an app on the DigitalOcean App Platform by its AppSpec. See what an update rebuilds and costs before it happens, and why it failed if it does.
  actions:
    - theme: brand
      text: Your first app
      link: /docs/tutorials/first-app
    - theme: alt
      text: The App resource
      link: /docs/app
    - theme: alt
      text: Move an app here
      link: /docs/migrate-terraform
features:
  - title: Previews that mean something
    details: For each component, whether it is rebuilt, redeployed, or left alone, what is lost, and the price.
    link: /docs/previews
  - title: No noise
    details: A second run changes nothing, even with secrets, server defaults, and reordered lists.
    link: /docs/redeploy-policy
  - title: Failures that explain themselves
    details: Component, step, reason, and the last lines of the log, on the row of the resource.
    link: /docs/recovery
  - title: An emulator
    details: Everything runs on your machine, without an account. It also serves tests in other languages.
    link: /emulator/
  - title: Every Pulumi language
    details: A dynamic provider for TypeScript, and a plugin for YAML, Python, Go, and C#.
    link: /docs/plugin
  - title: Moving without a redeploy
    details: From Terraform, the bridged provider, doctl, or the GitHub action.
    link: /docs/migrate-terraform
---
`;
