// The ten changes, and what the preview of each must show.

/** A change of the program, and the facts that its preview must show. */
export interface TypicalChange {
  readonly title: string;
  /** Edits of app.yaml: the text to replace, and its replacement. */
  readonly edits?: readonly (readonly [before: string, after: string])[];
  /** Values for secrets of the spec, by path; earlier ones stay. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Other arguments of the App; earlier ones stay. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** Exactly the properties that the preview shows as different. */
  readonly differences: readonly string[];
  /** Lines on the app's row. */
  readonly says: readonly RegExp[];
  /** The call that `up` then makes. */
  readonly call: "PUT" | "POST";
}

export const FIRST_SECRETS = { "web.SESSION_KEY": "the-first-session-key-of-the-demo" };

export const CHANGES: readonly TypicalChange[] = [
  {
    title: "Another value for a variable",
    edits: [["value: info", "value: debug"]],
    differences: ["spec.services.web.envs.LOG_LEVEL.value"],
    says: [
      /~ web \(service\): redeploy without a new build: envs\.LOG_LEVEL/,
      /components unchanged/,
      /\$24 a month/,
    ],
    call: "PUT",
  },
  {
    title: "One new secret, and another one rotated",
    edits: [
      [
        "      - key: SESSION_KEY",
        "      - key: MAIL_KEY\n        type: SECRET\n        scope: RUN_TIME\n      - key: SESSION_KEY",
      ],
    ],
    secrets: {
      "web.SESSION_KEY": "the-next-session-key-of-the-demo",
      "web.MAIL_KEY": "the-mail-key-of-the-demo",
    },
    differences: ["spec.services.web.envs.MAIL_KEY", "spec.services.web.envs.SESSION_KEY.value"],
    says: [/~ web .*redeploy without a new build: .*MAIL_KEY added/, /SESSION_KEY\.value changed/],
    call: "PUT",
  },
  {
    title: "A dedicated CPU for web, with less memory",
    edits: [["instance_size_slug: apps-s-1vcpu-1gb", "instance_size_slug: apps-d-1vcpu-0.5gb"]],
    differences: ["spec.services.web.instance_size_slug"],
    says: [/less memory or CPU may stop/, /\$24 → \$41/],
    call: "PUT",
  },
  {
    title: "Two smaller containers instead",
    edits: [
      [
        "instance_count: 1\n    instance_size_slug: apps-d-1vcpu-0.5gb",
        "instance_count: 2\n    instance_size_slug: apps-s-1vcpu-0.5gb",
      ],
    ],
    differences: ["spec.services.web.instance_count", "spec.services.web.instance_size_slug"],
    says: [/\$41 → \$22/],
    call: "PUT",
  },
  {
    title: "One container less",
    edits: [["instance_count: 2", "instance_count: 1"]],
    differences: ["spec.services.web.instance_count"],
    says: [/decreases from 2 to 1/, /\$22 → \$17/],
    call: "PUT",
  },
  {
    title: "A new worker, and another tag of an image",
    edits: [
      [
        "databases:",
        "workers:\n  - name: mailer\n    github: { repo: acme/mailer, branch: main }\ndatabases:",
      ],
      [
        "image: { registry_type: DOCR, repository: cart, tag: v1 }",
        "image: { registry_type: DOCR, repository: cart, tag: v2 }",
      ],
    ],
    differences: ["spec.services.cart.image.tag", "spec.workers"],
    says: [
      /\+ mailer \(worker\): create/,
      /~ cart .*without a new build: image\.tag changed/,
      /components? unchanged/,
    ],
    call: "PUT",
  },
  {
    title: "The development database and a domain go",
    edits: [
      ["databases:\n  - name: db\n    engine: PG\n", ""],
      ["  - domain: old.example.com\n    type: ALIAS\n", ""],
    ],
    differences: ["spec.databases", 'spec.domains["old.example.com"]'],
    says: [/dev database db is removed, and all its data is lost/, /no longer served at old\.example\.com/],
    call: "PUT",
  },
  {
    title: "Another build command",
    edits: [["build_command: npm run build", "build_command: npm run build -- --minify"]],
    differences: ["spec.services.web.build_command"],
    says: [/~ web .*rebuild and redeploy \(likely\): build_command changed/],
    call: "PUT",
  },
  {
    title: "The same spec again, from the newest sources, without the build cache",
    args: { redeployOn: { commit: "2" }, forceBuild: true },
    differences: ["forceBuild", "redeployOn.commit"],
    says: [
      /~ web .*rebuild and redeploy: new deployment without build cache/,
      /~ cart .*without a new build: new deployment$/m,
    ],
    call: "POST",
  },
  {
    title: "Another region, and off the net for a while",
    edits: [["region: fra", "region: ams\nmaintenance:\n  archive: true"]],
    differences: ["spec.maintenance", "spec.region"],
    says: [/moves from region fra to ams/, /maintenance\.archive: the app is taken offline/],
    call: "PUT",
  },
];
