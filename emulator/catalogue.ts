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

/** The region of a slug, which may also name one of its data centers. */
export const region = (slug: string | undefined): Region | undefined =>
  REGIONS.find((candidate) => candidate.slug === slug || candidate.data_centers.includes(slug ?? ""));
