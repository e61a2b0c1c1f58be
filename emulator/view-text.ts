import { activeAmong, deploymentAt, nextChange, supersededAt, type DeploymentRecord } from "./deployments";
import type { Store } from "./store";
import type { StoredApp } from "./stored-app";
import { apartFromDeployments, shownOf } from "./view";

/** Views of apps as JSON, for lists of hundreds: what was written once is kept until something in it changes. */

/** Writes a subject as JSON, unless it was written before and is made of the same parts still. */
function keepingTexts<T extends object>(): (subject: T, parts: unknown[], view: () => unknown) => string {
  const kept = new WeakMap<T, { parts: unknown[]; text: string }>();
  return (subject, parts, view) => {
    const before = kept.get(subject);
    if (before?.parts.every((part, index) => part === parts[index]) === true) return before.text;
    const text = JSON.stringify(view());
    kept.set(subject, { parts, text });
    return text;
  };
}

const writeDeployment = keepingTexts<DeploymentRecord>();
const writeApp = keepingTexts<StoredApp>();

function deploymentText(app: StoredApp, record: DeploymentRecord, now: number): string {
  const superseded = supersededAt(app.deployments, app.deployments.indexOf(record), now);
  return writeDeployment(record, [nextChange(record, now), record.canceledAt, superseded], () =>
    deploymentAt(record, now, superseded),
  );
}

/** The view of an app, as JSON. */
export function appText(store: Store, app: StoredApp): string {
  const { now } = store;
  const { spec, projectId, updatedAt, deployments } = app;
  const parts = [spec, projectId, updatedAt, deployments.length, activeAmong(deployments, now)];
  const apart = writeApp(app, parts, () => apartFromDeployments(store, app));
  const told = Object.entries(shownOf(app, now)).map(
    ([name, record]) => `,"${name}":${deploymentText(app, record, now)}`,
  );
  return `${apart.slice(0, -1)}${told.join("")}}`;
}
