import { ANY, DESTINATIONS_FORM, mapForm, SCALAR, specForm, type MapForm } from "./forms";
import type { Named } from "./mismatches";

let app: (Named & { readonly args: MapForm }) | undefined;

/** The properties of an App that options may refer to. */
export function appProperties(): Named & { readonly args: MapForm } {
  return (app ??= {
    args: mapForm({
      spec: specForm(),
      projectId: SCALAR,
      redeployOn: ANY,
      updateSources: SCALAR,
      forceBuild: SCALAR,
      wait: SCALAR,
      timeouts: mapForm({ create: SCALAR, update: SCALAR, delete: SCALAR }),
      adopt: SCALAR,
      backup: mapForm({ directory: SCALAR }),
      propose: SCALAR,
      maxMonthlyCost: SCALAR,
      alertDestinations: DESTINATIONS_FORM,
      onFailedDeployment: SCALAR,
      allowUnknown: SCALAR,
      emptySecrets: { kind: "list", item: SCALAR },
    }),
    outputs: [
      "id",
      "urn",
      "liveSpec",
      "liveUrl",
      "liveDomain",
      "defaultIngress",
      "activeDeploymentId",
      "phase",
      "region",
      "tier",
      "project",
      "createdAt",
      "updatedAt",
    ],
  });
}
