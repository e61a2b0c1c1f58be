"use strict";

// Properties try the same values in every run, so that a commit does not fail because of a value unrelated to
// its changes. PROPERTY_SEED=$RANDOM npm run unit tries others.

const fc = require("fast-check");

fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
