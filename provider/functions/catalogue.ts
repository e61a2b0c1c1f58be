import type { InstanceSize, Region } from "../api/types";
import { asked, explained, lifted } from "./run";

/** Regions of the App Platform. */
export async function getRegions(): Promise<Region[]> {
  return asked((client) => client.listRegions());
}
/** {@link getRegions} as an Output. */
export const getRegionsOutput = lifted(getRegions);

/** What components can run on, with prices. */
export async function getInstanceSizes(): Promise<InstanceSize[]> {
  return asked((client) => client.listInstanceSizes());
}
/** {@link getInstanceSizes} as an Output. */
export const getInstanceSizesOutput = lifted(getInstanceSizes);

/** One size, by its slug. @throws AppPlatformError `not-found` with the slug that is near; ApiError */
export async function getInstanceSize(slug: string): Promise<InstanceSize> {
  return explained("getInstanceSize", { slug }, (client) => client.getInstanceSize(slug));
}
/** {@link getInstanceSize} with inputs. */
export const getInstanceSizeOutput = lifted(getInstanceSize);
