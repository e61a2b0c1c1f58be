import assert from "node:assert/strict";
import type { Clock } from "../../../provider/clock";
import type { AppSpec } from "../../../provider/appspec/types";

const image = { registry_type: "DOCKER_HUB", registry: "library", repository: "nginx", tag: "1.29" };

/** An app with everything that the service reports about apps: it scales, its job runs every minute, it has an alert. */
export const BUSY: AppSpec = {
  name: "shop",
  alerts: [{ rule: "DEPLOYMENT_FAILED" }],
  services: [
    {
      name: "web",
      image,
      http_port: 80,
      instance_size_slug: "apps-d-1vcpu-0.5gb",
      autoscaling: { min_instance_count: 1, max_instance_count: 2, metrics: { cpu: { percent: 70 } } },
    },
  ],
  jobs: [{ name: "tidy", kind: "SCHEDULED", schedule: { cron: "* * * * *" }, image }],
};

/** Advances time until `look` returns a value. */
export async function comes<T>(clock: Clock, look: () => Promise<T | undefined>): Promise<T> {
  for (let seconds = 0; seconds < 200; seconds++) {
    const found = await look();
    if (found !== undefined) return found;
    await clock.sleep(1000);
  }
  return assert.fail("it does not come");
}
