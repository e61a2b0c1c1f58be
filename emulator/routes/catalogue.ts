import { BUILDPACKS, REGIONS, TIERS } from "../catalogue";
import { INSTANCE_SIZES, sizeOf } from "../costs";
import { notFound } from "../errors";
import { param, type Api } from "./context";

/** Regions, instance sizes, and what is not described but listed by doctl: tiers and buildpacks. */
export function catalogueRoutes(api: Api): void {
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
