import {
  activeAmong,
  deploymentAt,
  nextChange,
  supersededAt,
  type DeploymentRecord,
} from "../model/deployment-record";
import type { Store } from "../model/store";
import type { StoredApp } from "../model/stored-app";
import { apartFromDeployments, hasAddress, shownOf, updatedAt } from "./app";

/** Views of apps as JSON, for lists of hundreds: the bytes of a view are cached until the app changes. */

/** Serializes a subject as JSON, unless the cached JSON was made from the same parts. */
function keepingJson<T extends object>(): (subject: T, parts: unknown[], text: () => string) => Buffer {
  const kept = new WeakMap<T, { parts: unknown[]; bytes: Buffer }>();
  return (subject, parts, text) => {
    const before = kept.get(subject);
    if (before?.parts.every((part, index) => part === parts[index]) === true) return before.bytes;
    const bytes = Buffer.from(text());
    kept.set(subject, { parts, bytes });
    return bytes;
  };
}

const writeDeployment = keepingJson<DeploymentRecord>();
const writeApp = keepingJson<StoredApp>();

function deploymentBytes(app: StoredApp, record: DeploymentRecord, now: number): Buffer {
  const superseded = supersededAt(app.deployments, app.deployments.indexOf(record), now);
  return writeDeployment(record, [nextChange(record, now), record.canceledAt, superseded], () =>
    JSON.stringify(deploymentAt(record, now, superseded)),
  );
}

const CLOSE = Buffer.from("}");

/**
 * The view of an app, as consecutive pieces of JSON.
 * @param project undefined to omit it: lists contain it only on request
 */
export function appJson(store: Store, app: StoredApp, project: string | undefined): Buffer[] {
  const { now } = store;
  const { spec, deployments } = app;
  const active = activeAmong(deployments, now);
  const parts = [spec, updatedAt(store, app), deployments.length, active, hasAddress(store, app)];
  const apart = writeApp(app, parts, () => JSON.stringify(apartFromDeployments(store, app)).slice(0, -1));
  const told = Object.entries(shownOf(app, now, store.behavior.pendingWhenIdle)).flatMap(([name, record]) => [
    Buffer.from(`,"${name}":`),
    deploymentBytes(app, record, now),
  ]);
  const owner = project === undefined ? [] : [Buffer.from(`,"project_id":${JSON.stringify(project)}`)];
  return [apart, ...owner, ...told, CLOSE];
}
