import type { Client } from "../api/client";
import type { InstanceSize, Region } from "../api/types";
import { explainedBy } from "./explain-not-found";

export const getRegions = (client: Client): Promise<Region[]> => client.listRegions();

export const getInstanceSizes = (client: Client): Promise<InstanceSize[]> => client.listInstanceSizes();

/** @throws AppPlatformError `not-found` with the most similar slug; ApiError */
export const getInstanceSize = (client: Client, slug: string): Promise<InstanceSize> =>
  explainedBy(client, "getInstanceSize", { slug }, () => client.getInstanceSize(slug));
