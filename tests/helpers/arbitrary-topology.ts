import fc from "fast-check";

type Json = Record<string, unknown>;

/** Adds request routing to a spec: legacy routes, ingress rules, only the rest of ingress, or none. */
export type Topology = (spec: Json) => Json;

const SERVED = ["services", "static_sites", "functions"];

const servedIn = (spec: Json): Json[] => SERVED.flatMap((list) => (spec[list] ?? []) as Json[]);

/** Legacy: each component declares its own paths, which must be unique. */
const routes = fc
  .array(fc.record({ preserve_path_prefix: fc.constantFrom(true, false, "true") }, { requiredKeys: [] }), {
    minLength: 1,
    maxLength: 2,
  })
  .map((list): Topology => (spec) => {
    servedIn(spec).forEach((component, at) => {
      if (at % 2 === 0)
        component["routes"] = list.map((one, index) => ({
          path: at + index === 0 ? "/" : `/r${at}-${index}`,
          ...one,
        }));
    });
    return spec;
  });

const match = fc.record(
  {
    path: fc.constantFrom({ prefix: "" }, { prefix: "/" }, { prefix: "/a" }, { exact: "/b" }),
    authority: fc.constantFrom({ exact: "shop.example.com" }, { prefix: "" }),
  },
  { requiredKeys: ["path"] },
);
const redirect = fc.record({
  redirect: fc.record(
    {
      uri: fc.constant("/new"),
      redirect_code: fc.constantFrom(301, "302"),
      port: fc.constantFrom(443, "8443"),
    },
    { requiredKeys: ["uri"] },
  ),
});
const more = fc.record(
  {
    load_balancer: fc.constant("DIGITALOCEAN"),
    load_balancer_size: fc.constantFrom(1, "2"),
    custom_error_page_url: fc.constant("https://status.example.com/down"),
  },
  { requiredKeys: [] },
);

const ingress = fc
  .tuple(
    more,
    fc.array(fc.tuple(match, fc.oneof(redirect, fc.record({ at: fc.nat(3), preserve: fc.boolean() }))), {
      maxLength: 4,
    }),
  )
  .map(([rest, rules]): Topology => (spec) => {
    const served = servedIn(spec);
    const hosts = ((spec["domains"] ?? []) as Json[]).map(({ domain }) => domain);
    const targets = rules.flatMap<Json>(([{ authority, ...rest }, to]) => {
      const isDomain = authority && (!("exact" in authority) || hosts.includes(authority.exact));
      const when = isDomain ? { ...rest, authority } : rest;
      if ("redirect" in to) return [{ match: when, ...to }];
      const target = served[to.at % Math.max(1, served.length)];
      return target
        ? [{ match: when, component: { name: target["name"], preserve_path_prefix: to.preserve } }]
        : [];
    });
    return { ...spec, ingress: { ...rest, rules: targets } };
  });

export const arbitraryTopology: fc.Arbitrary<Topology> = fc.oneof(
  fc.constant<Topology>((spec) => spec),
  routes,
  ingress,
  more.map((rest): Topology => (spec) => ({ ...spec, ingress: rest })),
);
