"use strict";

// Properties try the same values in every run, so that a commit does not fail because of a value unrelated to
// its changes. PROPERTY_SEED=$RANDOM npm run unit tries others. See runs.ts for how many they try.

const fc = require("fast-check");

const numRuns = process.env.THOROUGH === undefined ? 20 : 100;
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1), numRuns });
