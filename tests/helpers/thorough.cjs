"use strict";

// Required by `npm run thorough`; see runs.ts.
process.env.THOROUGH = "1";
