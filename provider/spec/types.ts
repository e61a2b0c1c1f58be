/** Placeholder until the documented types land. */
export interface AppSpec {
  name?: string;
  [field: string]: unknown;
}
