"use strict";

// Required by `npm run faults:all`: runs every case of the fault matrix instead of a quarter.

process.env.FAULT_SHARE = "1";
