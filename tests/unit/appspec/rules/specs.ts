/** Small specs in which one thing is wrong or right. */

export const github = { repo: "example/shop", branch: "main" };
const image = { registry_type: "DOCR", repository: "shop", tag: "v1" };
export const service = (fields: object): object => ({
  name: "shop",
  services: [{ name: "web", github, ...fields }],
});
export const withImage = (fields: object): object => ({
  name: "shop",
  services: [{ name: "web", image: { ...image, ...fields } }],
});
export const job = (fields: object): object => ({
  name: "shop",
  jobs: [{ name: "task", github, ...fields }],
});
export const site = (fields: object): object => ({
  name: "shop",
  static_sites: [{ name: "web", github, ...fields }],
});
export const top = (fields: object): object => ({ ...service({}), ...fields });
export const match = { path: { prefix: "/" } };
export const rule = (fields: object): object =>
  top({ ingress: { rules: [{ match, component: { name: "web" }, ...fields }] } });
export const authority = (match: object, ...domains: object[]): object => ({
  ...rule({ match: { authority: match } }),
  domains: domains.length > 0 ? domains : [{ domain: "shop.example.com" }],
});
export const redirect = (fields: object): object =>
  top({ ingress: { rules: [{ match, redirect: fields }] } });
export const scaling = (fields: object): object =>
  service({
    autoscaling: {
      min_instance_count: 1,
      max_instance_count: 3,
      metrics: { cpu: { percent: 70 } },
      ...fields,
    },
  });
export const logs = (fields: object): object => service({ log_destinations: [{ name: "logs", ...fields }] });
export const search = (fields: object): object => logs({ open_search: fields });
export const variable = (value: string, rest: object = {}): object =>
  top({ databases: [{ name: "db", engine: "PG" }], envs: [{ key: "A", value, ...rest }] });
export const database = (fields: object): object =>
  top({ databases: [{ name: "db", engine: "PG", ...fields }] });
export const limit = { operator: "GREATER_THAN", value: 80, window: "FIVE_MINUTES" };
