/** Registry types by host. */
const HOSTS: readonly (readonly [host: RegExp, type: string])[] = [
  [/^ghcr\.io$/, "GHCR"],
  [/^registry\.digitalocean\.com$/, "DOCR"],
  [/^((index\.|registry-1\.|registry\.hub\.)?docker\.io|hub\.docker\.com)$/, "DOCKER_HUB"],
];

const LONGEST = 300;
const OTHERWISE = "a map with registry_type, registry, repository and tag";

/** The fields of an image that is named in one text, as Docker does: `ghcr.io/acme/api:v1`. */
export function imageFields(text: string): string {
  const found =
    text.length > LONGEST
      ? null
      : /^(?:https?:\/\/)?([^@]+?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]+))?$/.exec(text.trim());
  const steps = (found?.[1] ?? "").split("/").filter(Boolean);
  if (!found || steps.length === 0 || !steps.every((step) => /^[\w.:-]{1,128}$/.test(step))) return OTHERWISE;
  const [, , tag, digest] = found;
  const host = steps.length > 1 && /[.:]/.test(steps[0] ?? "") ? steps.shift() : undefined;
  const type = host === undefined ? "DOCKER_HUB" : HOSTS.find(([pattern]) => pattern.test(host))?.[1];
  if (type === undefined) return `${OTHERWISE}; App Platform pulls from DOCR, Docker Hub and GHCR`;
  if (steps.length === 1 && type === "DOCKER_HUB") steps.unshift("library");
  const owner = steps.length > 1 ? `registry: ${steps.shift() ?? ""}, ` : "";
  const version = digest !== undefined ? `digest: ${digest}` : `tag: ${tag ?? "latest"}`;
  return `image: { registry_type: ${type}, ${owner}repository: ${steps.join("/")}, ${version} }`;
}
