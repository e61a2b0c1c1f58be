/** The resource's name in the program. */
export const resourceName = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** The URN's prefix: stack and project. */
export const stackOfUrn = (urn: string): string => urn.split("::", 2).join("::");
