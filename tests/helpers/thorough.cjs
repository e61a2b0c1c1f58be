"use strict";

// Required by `npm run thorough`, which is the part of `npm test` for unit and contract tests; see runs.ts.
process.env.THOROUGH = "1";
// Mocha may have loaded it already, without that setting.
delete require.cache[require.resolve("./property-seed.cjs")];
require("./property-seed.cjs");
