import { createHash } from "node:crypto";

const STYLE = `
:root { color-scheme: light dark; --ink: #16202c; --soft: #566274; --line: #dde3ea; --paper: #f5f7f9; --card: #fff;
  --good: #0b6b3a; --good-bg: #dff5e8; --bad: #a31621; --bad-bg: #fde6e6; --busy: #0b4fb3; --busy-bg: #e2edfd;
  --rest-bg: #e9edf2; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf2; --soft: #9aa7b8; --line: #2b3543; --paper: #10161e;
  --card: #18202b; --good: #7fe0ab; --good-bg: #12382a; --bad: #ffa3a3; --bad-bg: #451c20; --busy: #9cc5ff;
  --busy-bg: #17345c; --rest-bg: #2a3441; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .25rem 1.5rem; }
h1 { font-size: 1.4rem; margin: 0; letter-spacing: -.01em; }
header p { margin: 0; color: var(--soft); }
#link[data-state=live]::before, #link[data-state=lost]::before { content: ""; display: inline-block; width: .55em;
  height: .55em; margin-right: .45em; border-radius: 50%; background: var(--good); }
#link[data-state=lost] { color: var(--bad); }
#link[data-state=lost]::before { background: var(--bad); }
.scroll { overflow-x: auto; margin-top: 1.75rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
.scroll:focus-visible { outline: 3px solid var(--busy); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 600; font-size: 1.05rem; padding: .9rem .9rem .5rem; }
th, td { text-align: left; vertical-align: top; padding: .55rem .9rem; border-top: 1px solid var(--line); }
thead th { color: var(--soft); font-size: .8rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
small { display: block; color: var(--soft); font-weight: 400; font-size: .8rem; overflow-wrap: anywhere; }
.id { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .75rem; white-space: nowrap; }
.reason { color: var(--bad); max-width: 34rem; min-width: 14rem; }
.steps { white-space: nowrap; }
.phase { display: inline-block; padding: .05rem .6rem; border-radius: 1rem; font-size: .78rem; font-weight: 600;
  white-space: nowrap; color: var(--soft); background: var(--rest-bg); }
.phase.good { color: var(--good); background: var(--good-bg); }
.phase.bad { color: var(--bad); background: var(--bad-bg); }
.phase.busy { color: var(--busy); background: var(--busy-bg); }
progress { width: 5rem; height: .6rem; accent-color: var(--busy); vertical-align: middle; margin-right: .5rem; }
.parts { min-width: 11rem; }
.empty { color: var(--soft); }
@media (max-width: 45rem) { main { padding: 1.25rem .75rem 3rem; } th, td { padding: .5rem .6rem; }
  .id { max-width: 8rem; overflow: hidden; text-overflow: ellipsis; } }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** Text is added to the page only as text nodes, so nothing that a user wrote is ever parsed as HTML. */
const SCRIPT = `
"use strict";
const EVERY_MS = 1000;
const at = (id) => document.getElementById(id);
const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
};
const tone = (phase) => phase === "ACTIVE" ? "good" : phase === "ERROR" ? "bad"
  : /^(PENDING|BUILDING|DEPLOYING|DELETING)/.test(phase) ? "busy" : "rest";
const badge = (phase) => make("span", "phase " + tone(phase), phase.replace("_", " ").toLowerCase());
const rowHead = (...children) => {
  const head = make("th", "", ...children);
  head.scope = "row";
  return head;
};
const duration = (seconds) => seconds < 60 ? seconds + " s" : Math.floor(seconds / 60) + " min " + seconds % 60 + " s";

const appRow = (app) => make("tr", "",
  rowHead(app.name, make("small", "id", app.id)),
  make("td", "", badge(app.phase), ...(app.pinned ? [make("small", "", "pinned to a rollback")] : [])),
  make("td", "parts", app.components.join(", ")),
  make("td", "", app.region),
  make("td", "number", String(app.deployments)));

const steps = (deployment) => {
  const text = deployment.done + " of " + deployment.total;
  if (!deployment.running) return [text];
  const bar = make("progress");
  bar.max = deployment.total;
  bar.value = deployment.done;
  bar.setAttribute("aria-label", "Steps done of " + deployment.app);
  return [bar, text];
};

const deploymentRow = (deployment) => {
  const time = make("time", "", deployment.started.slice(11, 19));
  time.dateTime = time.title = deployment.started;
  return make("tr", "",
    rowHead(deployment.app, make("small", "id", deployment.id)),
    make("td", "", badge(deployment.phase)),
    make("td", "", deployment.cause,
      ...(deployment.reason ? [make("small", "reason", deployment.reason)] : [])),
    make("td", "steps", ...steps(deployment)),
    make("td", "number", time),
    make("td", "number", duration(deployment.seconds)));
};

const fill = (id, rows, columns, nothing) => {
  if (rows.length === 0) {
    const cell = make("td", "empty", nothing);
    cell.colSpan = columns;
    rows = [make("tr", "", cell)];
  }
  at(id).replaceChildren(...rows);
};

const linkTo = (state, text) => {
  if (at("link").dataset.state === state) return;
  at("link").dataset.state = state;
  at("link").textContent = text;
};

let before;
const announce = (deployments) => {
  const news = before === undefined ? [] : deployments.filter((one) => before.get(one.id) !== one.phase);
  before = new Map(deployments.map((one) => [one.id, one.phase]));
  if (news.length > 0)
    at("news").textContent = news.map((one) => one.app + ": deployment is " + one.phase).join(". ");
};

let shown;
const show = (text) => {
  if (text === shown) return;
  shown = text;
  const { apps, deployments } = JSON.parse(text);
  const running = deployments.filter((one) => one.running).length;
  at("summary").textContent = apps.length + (apps.length === 1 ? " app, " : " apps, ")
    + (running === 0 ? "nothing is being deployed" : running + " being deployed");
  fill("apps", apps.map(appRow), 5, "No apps yet. They appear here as soon as a client creates one.");
  fill("deployments", deployments.map(deploymentRow), 6, "No deployments yet.");
  announce(deployments);
};

const poll = async () => {
  try {
    const answer = await fetch("_emulator/status", { cache: "no-store" });
    if (!answer.ok) throw new Error();
    show(await answer.text());
    linkTo("live", "Live");
  } catch {
    linkTo("lost", "Connection lost, trying again");
  }
  setTimeout(poll, EVERY_MS);
};
poll();
`;

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Lets the page run its own script and style, send requests to this server, and nothing else. */
export const STATUS_PAGE_POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const heads = (...names: string[]): string =>
  names
    .map(
      (name) =>
        `<th scope="col"${name.startsWith("#") ? ' class="number"' : ""}>${name.replace(/^#/, "")}</th>`,
    )
    .join("");

const table = (id: string, caption: string, columns: string): string => `<div class="scroll" role="region"
 aria-labelledby="${id}-caption" tabindex="0"><table><caption id="${id}-caption">${caption}</caption>
<thead><tr>${columns}</tr></thead><tbody id="${id}"></tbody></table></div>`;

/** The whole page. It reads its data from `_emulator/status` every second. */
export const STATUS_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>App Platform emulator</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<header><div><h1>App Platform emulator</h1><p id="summary">Loading</p></div><p id="link" role="status"></p></header>
<noscript><p>This page needs JavaScript. The same as data: <a href="_emulator/status">_emulator/status</a>.</p></noscript>
<p id="news" class="hidden" role="status" aria-live="polite"></p>
${table("apps", "Apps", heads("App", "Newest deployment", "Components", "Region", "#Deployments"))}
${table("deployments", "Latest deployments", heads("App", "Phase", "Cause", "Steps", "#Started (UTC)", "#Took"))}
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
