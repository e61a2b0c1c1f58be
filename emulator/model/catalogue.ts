export interface Region {
  slug: string;
  label: string;
  flag: string;
  continent: string;
  data_centers: string[];
  default?: true;
  disabled?: true;
  reason?: string;
}

const at = (slug: string, label: string, flag: string, continent: string, ...centers: string[]): Region => ({
  slug,
  label,
  flag,
  continent,
  data_centers: centers,
});

export const REGIONS: readonly Region[] = [
  { ...at("nyc", "New York", "usa", "North America", "nyc1", "nyc3"), default: true },
  at("sfo", "San Francisco", "usa", "North America", "sfo3"),
  at("atl", "Atlanta", "usa", "North America", "atl1"),
  at("tor", "Toronto", "canada", "North America", "tor1"),
  at("ams", "Amsterdam", "netherlands", "Europe", "ams3"),
  at("fra", "Frankfurt", "germany", "Europe", "fra1"),
  at("lon", "London", "uk", "Europe", "lon1"),
  at("blr", "Bangalore", "india", "Asia", "blr1"),
  at("sgp", "Singapore", "singapore", "Asia", "sgp1"),
  at("syd", "Sydney", "australia", "Australia", "syd1"),
];

/** The region of a slug, which may also be the slug of one of its data centers. */
export const region = (slug: string | undefined): Region | undefined =>
  REGIONS.find((candidate) => candidate.slug === slug || candidate.data_centers.includes(slug ?? ""));

export interface Tier {
  name: string;
  slug: string;
  egress_bandwidth_bytes: string;
  build_seconds: string;
}

const GIB = 1024 ** 3;

const tier = (slug: string, name: string, egressGib: number, buildMinutes: number): Tier => ({
  name,
  slug,
  egress_bandwidth_bytes: String(egressGib * GIB),
  build_seconds: String(buildMinutes * 60),
});

/** What the service sold before it had sizes; doctl still lists them. */
export const TIERS: readonly Tier[] = [
  tier("starter", "Starter", 1, 100),
  tier("basic", "Basic", 40, 400),
  tier("professional", "Professional", 100, 1000),
];

export interface Buildpack {
  id: string;
  name: string;
  version: string;
  major_version: number;
  latest: boolean;
  description: string[];
  docs_link: string;
}

const buildpack = (language: string, name: string, version: string): Buildpack => ({
  id: `digitalocean/${language}`,
  name,
  version,
  major_version: Number(version.split(".")[0]),
  latest: true,
  description: [`Builds ${name} apps.`],
  docs_link: `https://docs.digitalocean.com/products/app-platform/reference/buildpacks/${language}/`,
});

export const BUILDPACKS: readonly Buildpack[] = [
  buildpack("node", "Node.js", "3.6.0"),
  buildpack("python", "Python", "4.2.1"),
  buildpack("go", "Go", "2.1.5"),
  buildpack("php", "PHP", "3.0.2"),
  buildpack("ruby", "Ruby", "2.3.0"),
  buildpack("hugo", "Hugo", "1.1.2"),
];
