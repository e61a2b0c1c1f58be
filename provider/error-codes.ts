// Every code of an error, with its causes and remedies: data for the type `ErrorCode` and for the documentation. At run time, the
// product does not need them, since each message explains its own case.

interface Explanation {
  readonly group: "service" | "network" | "program" | "deployment";
  readonly cause: string;
  readonly remedy: string;
}

/** Markdown, one or two sentences each. */
export const ERROR_CODES = {
  unauthorized: {
    group: "service",
    cause: "The service rejects the token (401): it is wrong, expired, or deleted.",
    remedy: "Create a token in the control panel, and set `DIGITALOCEAN_TOKEN`.",
  },
  forbidden: {
    group: "service",
    cause: "The token lacks a scope that the request needs (403).",
    remedy: "Add the scope that the message lists to the token, or use a token with full access.",
  },
  "not-found": {
    group: "service",
    cause: "The service does not know the app, deployment, job, or component (404).",
    remedy: "Check the id or the name, and whether the token belongs to the right account and team.",
  },
  conflict: {
    group: "service",
    cause: "The request conflicts with something that exists (409), usually the name of another app.",
    remedy: "Use another name, or adopt the existing app with `adopt`.",
  },
  "bad-request": {
    group: "service",
    cause: "The service rejects a request as malformed (400).",
    remedy: "Follow the service's message. If the arguments are correct, report it with the request id.",
  },
  "invalid-spec": {
    group: "service",
    cause: "The service rejects the content of the spec (422, or 400 for a request with a spec).",
    remedy:
      "Correct the field that the message names. `app-platform validate` finds most mistakes without the service.",
  },
  "rate-limited": {
    group: "service",
    cause: "Too many requests with this token (429), even after all retries.",
    remedy: "Try again later. Other programs with the same token count too.",
  },
  "quota-exceeded": {
    group: "service",
    cause: "A limit of the account is reached, such as its number of apps (429).",
    remedy: "Delete what is no longer needed, or ask DigitalOcean's support for a higher limit.",
  },
  "service-error": {
    group: "service",
    cause: "The service failed (5xx) after all retries, or its responses contradict each other.",
    remedy:
      "Check the service's status page, and run the command again: it continues where this one stopped.",
  },
  "unexpected-status": {
    group: "service",
    cause:
      "The response has a status that the API does not document, such as a redirect, which is never followed.",
    remedy: "Check `DIGITALOCEAN_API_URL`, and proxies between this machine and the service.",
  },
  "unreadable-answer": {
    group: "service",
    cause: "The response is not JSON, is truncated, or does not have the documented form.",
    remedy: "Run the command again. If it persists, check proxies between this machine and the service.",
  },
  network: {
    group: "network",
    cause: "The service could not be reached, or the connection broke, after all retries.",
    remedy:
      "Check the network, DNS, the proxy, and `NODE_EXTRA_CA_CERTS` if you use a private CA. Then run the command again.",
  },
  timeout: {
    group: "network",
    cause: "No complete response arrived within the time limit of the request.",
    remedy: "Run the command again: it checks first whether the request took effect.",
  },
  aborted: {
    group: "network",
    cause: "The caller's `AbortSignal` stopped the request.",
    remedy: "None is needed if that was intended.",
  },
  "missing-token": {
    group: "program",
    cause: "There is no token.",
    remedy:
      "Set `DIGITALOCEAN_TOKEN` or `DIGITALOCEAN_ACCESS_TOKEN`. The plugin also reads `app-platform:token` from the stack's configuration.",
  },
  "bad-address": {
    group: "program",
    cause: "`DIGITALOCEAN_API_URL` is not a usable address: `https`, or `http` on this machine only.",
    remedy: "Correct it, or unset it to use the real service.",
  },
  "invalid-input": {
    group: "program",
    cause: "An argument, an option, or the AppSpec has an unknown field or an impossible value.",
    remedy: "Correct the property that the message names. Messages suggest the nearest valid name.",
  },
  "unreadable-file": {
    group: "program",
    cause: "A spec file cannot be read or parsed.",
    remedy: "Correct the line that the message shows. `app-platform validate FILE` shows it in the terminal.",
  },
  "unsupported-installation": {
    group: "program",
    cause:
      "The package is installed with Yarn Plug'n'Play, which Pulumi's host of dynamic providers does not support.",
    remedy: "Add `nodeLinker: node-modules` to `.yarnrc.yml`, and run `yarn install`.",
  },
  "app-exists": {
    group: "program",
    cause: "Another app has this name, and this stack does not manage it.",
    remedy: "Add the line `adopt` from the message to manage the existing app, or use another name.",
  },
  "app-pinned": {
    group: "program",
    cause: "An uncommitted rollback pins the app to an earlier deployment, which blocks new ones.",
    remedy:
      "Commit or revert the rollback, with `app-platform rollback` or with the `state` of the `Rollback` resource.",
  },
  "alerts-not-set": {
    group: "program",
    cause: "The app exists, but not all recipients of its alerts could be set.",
    remedy: "Run `pulumi up` again: it sets the missing ones.",
  },
  "app-gone": {
    group: "program",
    cause: "The app of this resource no longer exists at the service.",
    remedy: "Run `pulumi refresh` to remove it from the state; the next `pulumi up` creates it again.",
  },
  "already-ended": {
    group: "program",
    cause: "The deployment, job, or event to cancel has already finished.",
    remedy: "Nothing is left to cancel. If the call is part of a program, remove it.",
  },
  "backup-failed": {
    group: "program",
    cause: "The spec could not be saved before a deletion, so the app was not deleted.",
    remedy:
      "Fix the cause that the message names, or set `backup` to another folder or to `false`, and run `pulumi up`.",
  },
  "deployment-failed": {
    group: "deployment",
    cause: "A deployment failed, or was canceled. The previous one keeps running.",
    remedy:
      "The message contains the component, the step, the reason, and the end of the log. Fix it, and run `pulumi up`.",
  },
  "update-not-seen": {
    group: "deployment",
    cause: "The service accepted an update, but still returns the previous spec.",
    remedy: "Run `pulumi up` again: it sends the update again if it is still missing.",
  },
  "no-deployment": {
    group: "deployment",
    cause: "The service accepted a request that must start a deployment, but none appeared.",
    remedy: "Run `pulumi up` again: it checks once more, and starts a deployment if there is still none.",
  },
  "wait-timeout": {
    group: "deployment",
    cause:
      "The operation took longer than its limit in `timeouts`. The deployment keeps running at the service.",
    remedy: "Run `pulumi up` again to keep waiting, or set a higher limit.",
  },
  interrupted: {
    group: "deployment",
    cause: "The run was stopped, for example with Ctrl-C, while it waited.",
    remedy: "Run `pulumi up` again: it waits for the deployment that is in progress.",
  },
} satisfies Readonly<Record<string, Explanation>>;

/** Every error this package throws on purpose has one of these codes; they are stable across versions. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Why a spec file cannot be used: the `reason` of `unreadable-file`, and the code in the output of `validate --json`. */
export const FILE_REASONS = {
  missing: {
    cause: "The file does not exist.",
    remedy: "Check the path. It is relative to the program's folder.",
  },
  "not-a-file": {
    cause: "The path leads to a folder or a device.",
    remedy: "Pass the path of the file itself.",
  },
  unreadable: { cause: "The system does not allow reading the file.", remedy: "Check its permissions." },
  "too-large": {
    cause: "The file is larger than 5 MB.",
    remedy: "Check the path: an AppSpec is much smaller.",
  },
  binary: { cause: "The file is not valid UTF-8.", remedy: "Save it as UTF-8." },
  empty: {
    cause: "The file contains nothing but comments.",
    remedy: "Add an AppSpec, starting with `name:`.",
  },
  syntax: {
    cause: "The text is neither YAML nor JSON.",
    remedy: "Correct the place that the message shows.",
  },
  placeholder: {
    cause: "The file contains an unrendered template, such as `{{ name }}`.",
    remedy: "Render it before loading, put it in quotes, or set the field in the program.",
  },
  "duplicate-key": { cause: "A field appears twice in one map.", remedy: "Remove one of them." },
  tag: { cause: "The file contains a YAML tag, a word that starts with `!`.", remedy: "Remove the tag." },
  alias: {
    cause: "An alias has no anchor, or text starts with `*` or `&`.",
    remedy: "Put text in quotes; define an anchor before its aliases.",
  },
  "several-documents": {
    cause: "The file contains a second YAML document.",
    remedy: "Keep one AppSpec in each file.",
  },
  "too-deep": {
    cause: "The text is nested too deeply.",
    remedy: "Check the file: an AppSpec has at most ten levels.",
  },
  "not-a-map": {
    cause: "The file, or its `spec:`, is not a map.",
    remedy: "Start with fields such as `name:`.",
  },
  "reserved-key": { cause: "A field is named `__proto__`.", remedy: "Remove it." },
  "mixed-template": {
    cause: "Fields of the AppSpec are next to `spec:`, which makes the file a deploy template.",
    remedy: "Move them under `spec:`, or remove `spec:`.",
  },
  "missing-secrets": {
    cause: "The program does not pass a value for a secret.",
    remedy: "Supply it, at the address that the message shows.",
  },
  "unknown-secrets": {
    cause: "The program passes a value for an address that is not in the spec.",
    remedy: "Use `KEY` for a variable of the app, and `component.KEY` for one of a component.",
  },
} satisfies Readonly<Record<string, Pick<Explanation, "cause" | "remedy">>>;

/** Stable across versions. */
export type FileReason = keyof typeof FILE_REASONS;
