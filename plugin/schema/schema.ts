import { packageVersion } from "../../provider/net/version";
import schema from "./schema.json";

/** The schema of the package, for SDKs and for the checks of YAML programs. */
export const pulumiSchema = (): object => ({ ...schema, version: packageVersion() });
