import { REPLACEMENTS } from "../deprecations";
import { isUnknown } from "../unknown";
import type { Report } from "../problem";
import {
  fieldsSet,
  has,
  isDuration,
  itemsOf,
  mapOf,
  numberOf,
  own,
  SOURCES,
  textOf,
  type Component,
  type SpecView,
} from "./view";

/** OpenAPI description: names must be unique "across all components", including databases. */
export function namesAreUnique(app: SpecView, report: Report): void {
  const first = new Map<string, string>();
  const items = [...app.components, ...app.databases];
  for (const { path, value } of items) {
    const name = textOf(value, "name");
    if (name === undefined) continue;
    const other = first.get(name);
    const hint = "names must be unique across all components and databases of an app: rename one of them";
    if (other !== undefined)
      report.error(
        "duplicate-name",
        [...path, "name"],
        `is "${name}", which is already used in ${other}`,
        hint,
      );
    else first.set(name, String(path[0]));
  }
}

export function somethingIsDeployed(app: SpecView, report: Report): void {
  if (app.components.length > 0 || app.databases.length > 0 || !app.namesKnown) return;
  report.warn(
    "no-components",
    [],
    "has no components, so there is nothing to deploy",
    "add services, static_sites, workers, jobs or functions",
  );
}

export function oneSource(app: SpecView, report: Report): void {
  for (const { path, value, list } of app.components) {
    const sources = fieldsSet(value, SOURCES);
    if (sources.length === 0) {
      const image = list === "static_sites" || list === "functions" ? "" : ", or image for a prebuilt image";
      report.error("no-source", path, "has no source", `add one of git, github, gitlab, bitbucket${image}`);
    }
    if (sources.length > 1)
      report.error("several-sources", path, `has several sources: ${sources.join(", ")}`, "keep one of them");
  }
}

/** Required fields of a source. They are not documented as required, but nothing could be fetched without them. */
export function sourcesAreComplete(app: SpecView, report: Report): void {
  for (const { path, value } of app.components) {
    for (const field of fieldsSet(value, SOURCES)) {
      const source = mapOf(value, field);
      const needed = field === "git" ? "repo_clone_url" : field === "image" ? "repository" : "repo";
      if (source && !has(source, needed))
        report.error("incomplete-source", [...path, field, needed], "is required to locate the source");
    }
  }
}

export function repositoriesAreNamed(app: SpecView, report: Report): void {
  for (const { path, value } of app.components) {
    for (const field of ["github", "gitlab", "bitbucket"]) {
      const source = mapOf(value, field);
      const repo = source && textOf(source, "repo");
      if (repo === undefined || (/^[^/\s:]+(\/[^/\s:]+)+$/.test(repo) && !HOST.test(repo))) continue;
      const place = [...path, field, "repo"];
      const what = "does not have the form owner/repo";
      if (/^[\w.-]+$/.test(repo))
        report.error(
          "repo-format",
          place,
          `${what}: the owner is missing`,
          `write ${field === "gitlab" ? "group" : "owner"}/${repo}`,
        );
      else report.warn("repo-format", place, what, repoHint(repo));
    }
  }
}

/** The address of a host before the path of a repository: `https://github.com/`, `git@github.com:`. */
const HOST =
  /^(?:[a-z+]+:\/\/(?:[^@/]*@)?[^/]+\/|[^@/\s]+@[^:/\s]+:|(?:github|gitlab|bitbucket)\.(?:com|org)\/)/;

function repoHint(repo: string): string {
  const path = repo.replace(HOST, "").replace(/^\/+|(\.git)?\/*$/g, "");
  return /^[\w.-]+(\/[\w.-]+)+$/.test(path) ? `write ${path}` : "remove the host";
}

/** Registries that know an image by its owner and its name. */
const OWNED = ["DOCKER_HUB", "GHCR"];

/**
 * Tag and digest exclude each other: the OpenAPI description says so. DOCR takes a registry, as an account can have several of
 * them, though the description says otherwise.
 */
export function imagesAreConsistent(app: SpecView, report: Report): void {
  for (const component of app.components) {
    const image = mapOf(component.value, "image");
    if (!image) continue;
    const path = [...component.path, "image"];
    const type = textOf(image, "registry_type");
    if (has(image, "tag") && has(image, "digest"))
      report.error(
        "tag-and-digest",
        path,
        "has both tag and digest",
        "keep digest to pin the image; otherwise keep tag",
      );
    if (!has(image, "registry_type"))
      report.warn("no-registry-type", path, "has no registry_type", "set it to DOCR, DOCKER_HUB or GHCR");
    const registry = own(image, "registry");
    if (type !== undefined && OWNED.includes(type) && (registry === undefined || registry === ""))
      report.warn("no-registry", path, "has no registry (the owner of the image)", ownerHint(image, type));
    imageDeploysOnPush(image, path, report);
  }
}

function ownerHint(image: Record<string, unknown>, type: string): string {
  const found = /^(?:[\w-]+\.[\w.-]+\/)?([\w.-]+)\/([\w.-]+)$/.exec(textOf(image, "repository") ?? "");
  if (found) return `write registry: ${found[1]} and repository: ${found[2]}`;
  return type === "DOCKER_HUB" ? "add registry; for official images, use library" : "add registry";
}

function imageDeploysOnPush(image: Record<string, unknown>, path: (string | number)[], report: Report): void {
  const deploy = mapOf(image, "deploy_on_push");
  if (!deploy || own(deploy, "enabled") !== true) return;
  const type = textOf(image, "registry_type");
  const place = [...path, "deploy_on_push"];
  if (type !== undefined && type !== "DOCR")
    report.warn(
      "deploy-on-push",
      place,
      "works only for images in DOCR",
      "remove it, or redeploy with redeployOn",
    );
  else if (has(image, "digest"))
    report.warn(
      "deploy-on-push",
      place,
      "works only with a tag, but this image has a digest",
      "remove one of them",
    );
}

/** OpenAPI description: `instance_count` "must not be set if autoscaling is used". */
export function scalingIsConsistent(app: SpecView, report: Report): void {
  for (const { path, value } of app.components) {
    const scaling = mapOf(value, "autoscaling");
    if (!scaling) continue;
    const place = [...path, "autoscaling"];
    if (has(value, "instance_count"))
      report.error(
        "count-and-autoscaling",
        [...path, "instance_count"],
        "must not be set together with autoscaling",
        "remove one of them",
      );
    const min = numberOf(scaling, "min_instance_count");
    const max = numberOf(scaling, "max_instance_count");
    if (min !== undefined && max !== undefined && min > max)
      report.error(
        "autoscaling-bounds",
        [...place, "min_instance_count"],
        `is ${min}, which is more than max_instance_count (${max})`,
        "lower it, or raise max_instance_count",
      );
    const metrics = own(scaling, "metrics");
    if (!isUnknown(metrics) && Object.keys(mapOf(scaling, "metrics") ?? {}).length === 0)
      report.warn("no-metrics", place, "has no metrics to scale on", "add metrics.cpu.percent");
  }
}

export function sizesAreCurrent(app: SpecView, report: Report): void {
  for (const { path, value } of app.components) {
    const size = textOf(value, "instance_size_slug") ?? "";
    const replacement = REPLACEMENTS.get(size);
    if (replacement !== undefined)
      report.warn(
        "deprecated-size",
        [...path, "instance_size_slug"],
        "is a deprecated size",
        `use ${replacement} instead of ${size}`,
      );
  }
}

/** OpenAPI description: "Only 1 of `catchall_document` or `error_document` can be set". */
export function oneFallbackDocument(app: SpecView, report: Report): void {
  for (const { path, value, list } of app.components) {
    if (list === "static_sites" && has(value, "catchall_document") && has(value, "error_document"))
      report.error(
        "two-fallbacks",
        path,
        "has both catchall_document and error_document",
        "keep one of them",
      );
  }
}

export function schedulesFitKinds(app: SpecView, report: Report): void {
  for (const job of app.components) {
    if (job.list !== "jobs" || isUnknown(own(job.value, "kind"))) continue;
    const scheduled = textOf(job.value, "kind") === "SCHEDULED";
    const hasSchedule = has(job.value, "schedule");
    if (scheduled && !hasSchedule)
      report.error(
        "no-schedule",
        job.path,
        "is SCHEDULED without a schedule",
        "add schedule.cron and schedule.time_zone",
      );
    if (!scheduled && hasSchedule)
      report.warn(
        "unused-schedule",
        [...job.path, "schedule"],
        "applies only to jobs of kind SCHEDULED",
        "set kind: SCHEDULED",
      );
    cronIsReadable(job, report);
  }
}

function cronIsReadable({ path, value }: Component, report: Report): void {
  const schedule = mapOf(value, "schedule");
  if (!schedule) return;
  const place = [...path, "schedule", "cron"];
  const cron = textOf(schedule, "cron");
  if (!has(schedule, "cron")) report.warn("bad-cron", place, "is missing, so the job never runs");
  if (cron === undefined || /^\S+( +\S+){4}$/.test(cron.trim())) return;
  report.warn(
    "bad-cron",
    place,
    "does not have five fields",
    "write minute, hour, day, month and weekday, such as 0 3 * * *",
  );
}

export function durationsAreReadable(app: SpecView, report: Report): void {
  const check = (
    map: Record<string, unknown> | undefined,
    field: string,
    path: readonly (string | number)[],
  ): void => {
    const text = map && textOf(map, field);
    if (text !== undefined && !isDuration(text))
      report.warn(
        "bad-duration",
        [...path, field],
        "is not a duration",
        "write a number and a unit, such as 30m or 5h30m",
      );
  };
  for (const { path, value, list } of app.components) {
    if (list === "jobs") check(value, "timeout", path);
    check(mapOf(value, "cors"), "max_age", [...path, "cors"]);
  }
  const ingress = mapOf(app.spec, "ingress");
  for (const { path, value } of ingress ? itemsOf(ingress, ["ingress"], "rules") : [])
    check(mapOf(value, "cors"), "max_age", [...path, "cors"]);
}
