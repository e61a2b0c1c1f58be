import type { AssumptionId } from "../../emulator/assumptions";

/** Why a live run cannot observe an assumption. Every other assumption has a probe. */
export const UNOBSERVABLE: Readonly<Partial<Record<AssumptionId, string>>> = {
  "domain-ready-deploys": "needs a domain whose DNS records can be changed",
  "newer-cancels-older":
    "an update in the middle of a deployment would leave the app of the run in an unknown state",
  "committed-reverts": "a revert that is accepted would change what the app of the run deploys",
  "build-reuse": "the time of a build does not show which components were built",
  "own-rollback-blocks-nothing":
    "the rollback takes seconds on a prebuilt image, and an update during it would hide its outcome",
  "region-changes": "would move the app of the run, which takes as long as the whole run",
  "registry-credentials-encrypted": "needs the credentials of a private registry",
  "registry-of-docr": "needs a container registry in the account, which costs money",
  "updated-at-moves": "happens days after the last request",
  "missing-scope": "needs a second token with fewer scopes",
  "failed-create-leaves-app": "the service would have to fail",
  "log-addresses-expire": "needs a wait longer than the whole run",
  "archives-in-time-order": "a run is too short for the service to write a second archive",
  "socket-pings": "the followed log delivers its line before the first ping is due",
  "finished-has-no-run-log":
    "the run does not keep a finished deployment long enough for its archive to be complete",
  "invented-numbers": "concerns values that only the emulator invents",
  "canceled-job-step": "needs a job that runs long enough to be canceled",
  "autoscaling-once": "needs dedicated instances, and load on them",
};
