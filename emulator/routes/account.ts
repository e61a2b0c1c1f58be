import type { Store } from "../model/store";
import type { Api, Deps } from "./context";

/** The user of the token, as job runs name them. */
export const ownerOf = (store: Store): { uuid: string; email: string; full_name: string } => ({
  uuid: store.owner,
  email: "sammy@example.com",
  full_name: "Sammy the Shark",
});

/** The account of the token. */
export function accountRoutes(api: Api, deps: Deps): void {
  api.get("/v2/account", (c) =>
    c.json({
      account: {
        uuid: deps.store().owner,
        email: ownerOf(deps.store()).email,
        email_verified: true,
        name: ownerOf(deps.store()).full_name,
        status: "active",
        status_message: "",
        droplet_limit: 25,
        floating_ip_limit: 3,
        volume_limit: 100,
        team: { uuid: deps.store().owner, name: "My Team" },
      },
    }),
  );

  // Requested by `doctl auth init --token-validation-server`, from another host of the service.
  api.get("/v1/oauth/token/info", (c) =>
    c.json({
      resource_owner_id: 1,
      scopes: ["read", "write"],
      expires_in_seconds: 30 * 24 * 3600,
      application: { uid: deps.store().owner },
      created_at: Math.floor(deps.store().now / 1000),
    }),
  );
}
