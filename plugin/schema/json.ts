/** A part of a JSON schema or of Pulumi's schema of packages. */
export type Json = { readonly [key: string]: unknown };

export const TEXT = { type: "string" };
export const FLAG = { type: "boolean" };
export const NUMBER = { type: "number" };
export const ANY = { $ref: "pulumi.json#/Any" };
export const listOf = (items: Json): Json => ({ type: "array", items });
export const mapOf = (additionalProperties: Json): Json => ({ type: "object", additionalProperties });
export const token = (name: string): string => `app-platform:index:${name}`;
export const typeRef = (name: string): Json => ({ $ref: `#/types/${token(name)}` });
