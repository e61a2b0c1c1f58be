/** The resource's name in the program. */
export const resourceName = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** Stack and project, which begin each URN. */
export const stackOfUrn = (urn: string): string => urn.split("::", 2).join("::");
