import { isPlainObject } from "./lists-by-name";

type Plain = Record<string, unknown>;

/**
 * The ingress of an app without domains, which is reached at the host that the service assigns. It serves what the primary domain
 * served: rules for that host lose it. Rules for other hosts apply only to paths that it does not use, and redirects between hosts
 * are left out. Undefined if nothing is left. Pure.
 * @param ingress a copy that belongs to the caller
 * @param domains those that the preview does not have
 */
export function previewIngress(ingress: Plain, domains: readonly unknown[]): Plain | undefined {
  const { rules, load_balancer_size: _size, ...kept } = ingress;
  // Without its value, the header would turn every request away.
  if (isPlainObject(kept["secure_header"]) && kept["secure_header"]["value"] === undefined)
    delete kept["secure_header"];
  const left = Array.isArray(rules) ? withoutHosts(rules, hostsOf(domains)) : rules;
  // Without rules, the service derives them from the components.
  const hasRules = Array.isArray(left) ? left.length > 0 : left !== undefined;
  const result = { ...kept, ...(hasRules && { rules: left }) };
  return Object.keys(result).length > 0 ? result : undefined;
}

interface Hosts {
  readonly primary: string | undefined;
  readonly all: readonly string[];
}

function hostsOf(domains: readonly unknown[]): Hosts {
  const maps = domains.filter(isPlainObject);
  const name = ({ domain }: Plain): string => plainHost(domain);
  const primary = maps.find(({ type }) => type === "PRIMARY") ?? maps[0];
  return { primary: primary && name(primary), all: maps.map(name) };
}

const plainHost = (host: unknown): string => String(host).toLowerCase().replace(/\.$/, "");

function withoutHosts(rules: readonly unknown[], hosts: Hosts): unknown[] {
  const own: unknown[] = [];
  const others: Plain[] = [];
  for (const rule of rules) {
    if (!isPlainObject(rule)) {
      own.push(rule);
      continue;
    }
    const kept = withoutHost(rule, hosts);
    if (kept) (isOfOtherHost(rule, hosts) ? others : own).push(kept);
  }
  const taken = new Set(own.map(matchOf));
  const reached = others.filter(
    (rule) => own.length === 0 || !(matchesAll(rule) || taken.has(matchOf(rule))),
  );
  // The first match applies.
  return distinct([...reached, ...own]);
}

/** The rule without its host; undefined for a redirect from one host to another. */
function withoutHost(rule: Plain, hosts: Hosts): Plain | undefined {
  const { match, redirect } = rule;
  if (!isPlainObject(redirect)) return withoutAuthority(rule);
  if (isOfOtherHost(rule, hosts)) return undefined;
  const { authority, ...rest } = redirect;
  if (authority === undefined || !hosts.all.includes(plainHost(authority))) return withoutAuthority(rule);
  const isForHost = isPlainObject(match) && restrictsHost(match["authority"]);
  return isForHost || rest["uri"] === undefined ? undefined : { ...withoutAuthority(rule), redirect: rest };
}

function withoutAuthority(rule: Plain): Plain {
  const { match } = rule;
  if (!isPlainObject(match) || match["authority"] === undefined) return rule;
  const { authority: _host, ...rest } = match;
  return { ...rule, match: Object.keys(rest).length > 0 ? rest : { path: { prefix: "/" } } };
}

/** An empty text matches every host. */
const restrictsHost = (authority: unknown): boolean =>
  isPlainObject(authority) && [authority["exact"], authority["prefix"]].some((text) => Boolean(text));

const ASSIGNED_HOST = /\.ondigitalocean\.app$/;

function isOfOtherHost({ match }: Plain, { primary }: Hosts): boolean {
  const authority = isPlainObject(match) ? match["authority"] : undefined;
  if (!isPlainObject(authority) || !restrictsHost(authority)) return false;
  const { exact, prefix } = authority;
  if (prefix) return primary?.startsWith(plainHost(prefix)) !== true;
  return plainHost(exact) !== primary && !ASSIGNED_HOST.test(plainHost(exact));
}

const matchOf = (rule: unknown): string =>
  JSON.stringify([isPlainObject(rule) && isPlainObject(rule["match"]) ? rule["match"]["path"] : rule]);

function matchesAll({ match }: Plain): boolean {
  const path = isPlainObject(match) ? match["path"] : undefined;
  if (!isPlainObject(path)) return true;
  return path["exact"] === undefined && ["", "/", undefined].includes(path["prefix"] as string | undefined);
}

/** Without rules that are never reached, since an earlier one has the same match. */
function distinct(rules: readonly unknown[]): unknown[] {
  const seen = new Set<string>();
  return rules.filter((rule) => {
    const match = matchOf(rule);
    const isNew = !seen.has(match);
    seen.add(match);
    return isNew;
  });
}
