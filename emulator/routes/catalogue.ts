import { BUILDPACKS, REGIONS, TIERS } from "../model/catalogue";
import { INSTANCE_SIZES, sizeOf } from "../model/costs";
import { notFound } from "../errors";
import { page } from "../http/paging";
import { addressOf, param, type Api, type Deps } from "./context";

/** Data centers as the service lists them, separately from its apps; an MCP server requests them. */
const DATA_CENTERS = REGIONS.flatMap(({ label, data_centers: slugs }) =>
  slugs.map((slug) => ({
    slug,
    name: `${label} ${slug.slice(3)}`,
    features: ["backups", "ipv6", "metadata"],
    available: true,
    sizes: ["s-1vcpu-1gb", "s-2vcpu-4gb"],
  })),
);

/** Regions, instance sizes, and undocumented paths that clients request: tiers, buildpacks and data centers. */
export function catalogueRoutes(api: Api, deps: Deps): void {
  api.get("/v2/regions", (c) => c.json(page("regions", DATA_CENTERS, addressOf(c, deps))));
  api.get("/v2/apps/regions", (c) => c.json({ regions: REGIONS }));
  api.get("/v2/apps/buildpacks", (c) => c.json({ buildpacks: BUILDPACKS }));
  api.get("/v2/apps/tiers", (c) => c.json({ tiers: TIERS }));
  api.get("/v2/apps/tiers/instance_sizes", (c) =>
    c.json({ instance_sizes: INSTANCE_SIZES, discount_percent: 0 }),
  );
  api.get("/v2/apps/tiers/instance_sizes/:slug", (c) => {
    const size = sizeOf(param(c, "slug"));
    if (size === undefined) throw notFound();
    return c.json({ instance_size: size });
  });
  api.get("/v2/apps/tiers/:slug", (c) => {
    const tier = TIERS.find(({ slug }) => slug === param(c, "slug"));
    if (tier === undefined) throw notFound();
    return c.json({ tier });
  });
}
