import { isPlainObject } from "./lists-by-name";

/** The app's name, in a spec in either form. Pure. */
export const nameIn = (spec: unknown): string | undefined => {
  const name = isPlainObject(spec) ? spec["name"] : undefined;
  return typeof name === "string" ? name : undefined;
};

const VALID_NAME = /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/;

/** The app's name if its spec has none: the resource's name if it is a valid name of an app. Pure. */
export const defaultName = (resourceName: string): string | undefined =>
  VALID_NAME.test(resourceName) ? resourceName : undefined;
