"use strict";

// Mocha's usual output. In addition it leaves the counts of each run as one line of JSON in the file that
// TEST_COUNTS names, because .ci/run adds up several runs of mocha and must not parse coloured text for that.

const { appendFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.TEST_COUNTS;
    if (!file) return;

    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      appendFileSync(file, JSON.stringify({ passes, failures, pending }) + "\n");
    });
  }
};
