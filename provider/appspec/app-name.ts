import { isPlainObject } from "./lists-by-name";

/** The app's name, in a spec in either form. Pure. */
export const nameIn = (spec: unknown): string | undefined => {
  const name = isPlainObject(spec) ? spec["name"] : undefined;
  return typeof name === "string" ? name : undefined;
};
