"use strict";

// Required by `npm run faults:all`: every case of the fault matrix runs, and not a third of them.

process.env.FAULT_SHARE = "1";
