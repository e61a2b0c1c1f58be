"use strict";

// Required by the tests and by the Node.js processes that the Pulumi CLI starts for them. Two thirds of the SDK's
// load time go into packages for functions in programs, which no program here has. They are loaded on first use.

const Module = require("node:module");

const LAZY = new Set(["typescript", "@npmcli/arborist"]);
const OF_THE_SDK = /[\\/]@pulumi[\\/]pulumi[\\/]/;

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const really = () => load.call(this, request, parent, isMain);
  return LAZY.has(request) && OF_THE_SDK.test(parent?.filename ?? "") ? lazily(really) : really();
};

function lazily(really) {
  return new Proxy(function () {}, {
    get(_target, key) {
      // Compiled imports check this at once, and use the module unchanged if it is true.
      if (key === "__esModule") return true;
      return key === "default" ? really() : really()[key];
    },
    has: (_target, key) => key in really(),
    apply: (_target, self, args) => Reflect.apply(really(), self, args),
    construct: (_target, args) => Reflect.construct(really(), args),
  });
}
