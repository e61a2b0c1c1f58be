import { AppPlatformError } from "../errors";
import { COMPONENT_LISTS } from "./component-lists";
import { isPlainObject } from "./lists-by-name";

type Plain = Record<string, unknown>;

const HOSTS: Readonly<Record<string, string>> = {
  github: "github.com",
  gitlab: "gitlab.com",
  bitbucket: "bitbucket.org",
};

/**
 * The repository of a source as `host/owner/repo`, which is the same for a source of a kind of its own and for its clone URL.
 * Undefined for a source without one. Pure.
 */
export function repositoryOf(kind: string, source: Plain): string | undefined {
  const text = source[kind === "git" ? "repo_clone_url" : "repo"];
  if (typeof text !== "string" || text === "") return undefined;
  const { host, path } = partsOf(text);
  return `${host ?? HOSTS[kind] ?? ""}/${path}`;
}

/** The hosts do not distinguish case. */
function partsOf(text: string): { host: string | undefined; path: string } {
  const url = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([^/:]*)(?::\d+)?\/(.*)$/i.exec(text);
  const [, host, rest] = url ?? /^(?:[^@/\s]+@)?([^:/\s]+\.[^:/\s]+):(.*)$/.exec(text) ?? [];
  const path = (rest ?? text).replace(/^\/+|(\.git)?\/*$/g, "").toLowerCase();
  return { host: host?.toLowerCase(), path };
}

/** True if the repository is one of these, which may lack a host. */
export function isRepository(repository: string | undefined, chosen: readonly string[]): boolean {
  return (
    repository !== undefined &&
    chosen.some(
      (one) => one === (one.startsWith("/") ? repository.slice(repository.indexOf("/")) : repository),
    )
  );
}

interface Choice {
  readonly branch?: string | undefined;
  readonly repository?: string | readonly string[] | undefined;
}

/**
 * The repositories whose branch changes.
 * @throws AppPlatformError `invalid-input` if no component is from one of them, or if there are several to choose from
 */
export function chosenRepositories(spec: Plain, { branch, repository }: Choice): string[] {
  if (branch === undefined) return [];
  const found = [...new Set(sourcesOf(spec))];
  const names = found.map((one) => one.replace(/^\//, "")).join(", ");
  if (repository === undefined) {
    if (found.length <= 1) return found;
    throw new AppPlatformError(
      "invalid-input",
      `previewSpec: the components are built from several repositories: ${names}. Set repository to the one that has the branch.`,
    );
  }
  const chosen = [repository].flat().map((text) => {
    const { host, path } = partsOf(text);
    return `${host ?? ""}/${path}`;
  });
  if (found.length === 0 || found.some((one) => isRepository(one, chosen))) return chosen;
  throw new AppPlatformError(
    "invalid-input",
    `previewSpec: no component is built from the repository ${[repository].flat().join(", ")}, but from ${names}. Correct repository, or omit branch.`,
  );
}

function sourcesOf(spec: Plain): string[] {
  return COMPONENT_LISTS.flatMap((list) => (Array.isArray(spec[list]) ? (spec[list] as unknown[]) : []))
    .filter(isPlainObject)
    .flatMap((component) =>
      ["git", "github", "gitlab", "bitbucket"].map((kind) => [kind, component[kind]] as const),
    )
    .flatMap(([kind, source]) => (isPlainObject(source) ? (repositoryOf(kind, source) ?? []) : []));
}
