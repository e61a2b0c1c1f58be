import { createRequire } from "node:module";
import { median } from "./figures";

// The published build, which contains the precompiled check.
const { validate } = createRequire(__filename)("../provider/dist/appspec/validate") as {
  validate: (spec: unknown) => unknown;
};

export function specOf(components: number, variables: number): unknown {
  const envs = Array.from({ length: variables }, (_, index) => ({
    key: `VARIABLE_${index}`,
    value: `value ${index} of \${svc-0.PRIVATE_URL}`,
    scope: "RUN_TIME",
  }));
  const services = Array.from({ length: components }, (_, index) => ({
    name: `svc-${index}`,
    github: { repo: "acme/shop", branch: "main" },
    http_port: 8080,
    instance_count: 2,
    instance_size_slug: "apps-s-1vcpu-1gb",
    health_check: { http_path: "/healthz" },
    envs,
  }));
  return { name: "bench", region: "fra", services };
}

/** How long validating a spec takes, as a multiple of the time of JSON.parse for its text; the median of many runs. */
export function validateRatio(spec: unknown): number {
  const text = JSON.stringify(spec);
  const batch = Math.max(1, Math.round(1_000_000 / text.length));
  const time = (work: () => void): number => {
    const started = performance.now();
    for (let count = 0; count < batch; count++) work();
    return performance.now() - started;
  };
  const ratios: number[] = [];
  for (let round = 0; round < 40; round++) {
    const ratio = time(() => validate(spec)) / time(() => JSON.parse(text));
    // The first rounds are warm-up.
    if (round >= 15) ratios.push(ratio);
  }
  return median(ratios);
}
