import * as catalogue from "../../functions/catalogue";
import { forPrograms, lifted } from "./program-client";

/** Regions of App Platform. */
export const getRegions = forPrograms(catalogue.getRegions);
/** {@link getRegions} as an Output. */
export const getRegionsOutput = lifted(getRegions);

/** Instance sizes for components, with prices. */
export const getInstanceSizes = forPrograms(catalogue.getInstanceSizes);
/** {@link getInstanceSizes} as an Output. */
export const getInstanceSizesOutput = lifted(getInstanceSizes);

/** One instance size by its slug. @throws AppPlatformError `not-found` with the most similar slug; ApiError */
export const getInstanceSize = forPrograms(catalogue.getInstanceSize);
/** {@link getInstanceSize} with inputs. */
export const getInstanceSizeOutput = lifted(getInstanceSize);
