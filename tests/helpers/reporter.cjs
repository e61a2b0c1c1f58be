"use strict";

// Mocha's usual output. In addition, it appends the counts of each run as one line of JSON to the file in
// TEST_COUNTS, because .ci/run sums up several runs of mocha and must not parse colored text for that.

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
