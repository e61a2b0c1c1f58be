import assert from "node:assert/strict";
import { ConnectionFailure, connectionError } from "../../../provider/net/failures";

const context = {
  request: { method: "PUT", path: "/v2/apps/a" },
  write: true,
  host: "api.example",
  secrets: [],
};

describe("connectionError", () => {
  it("knows from the system's code whether a write can have arrived, and whether trying again helps", () => {
    const cases: [string, string | undefined, { ambiguous: boolean; final: boolean }][] = [
      ["ECONNREFUSED", "connect", { ambiguous: false, final: false }],
      ["ENOTFOUND", "getaddrinfo", { ambiguous: false, final: false }],
      ["EAI_AGAIN", "getaddrinfo", { ambiguous: false, final: false }],
      ["ENETUNREACH", "connect", { ambiguous: false, final: false }],
      ["ETIMEDOUT", "connect", { ambiguous: false, final: false }],
      ["ETIMEDOUT", undefined, { ambiguous: false, final: false }],
      ["ETIMEDOUT", "read", { ambiguous: true, final: false }],
      ["ECONNRESET", "read", { ambiguous: true, final: false }],
      ["EPIPE", "write", { ambiguous: true, final: false }],
      ["ERR_STREAM_PREMATURE_CLOSE", undefined, { ambiguous: true, final: false }],
      ["CERT_HAS_EXPIRED", undefined, { ambiguous: false, final: true }],
      ["DEPTH_ZERO_SELF_SIGNED_CERT", undefined, { ambiguous: false, final: true }],
      ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", undefined, { ambiguous: false, final: true }],
      ["ERR_TLS_CERT_ALTNAME_INVALID", undefined, { ambiguous: false, final: true }],
    ];
    for (const [code, syscall, { ambiguous, final }] of cases) {
      const error = connectionError(context, code, syscall);
      assert.equal(error.errorCode, "network", code);
      assert.ok(error.message.includes("api.example") && error.message.includes(code), error.message);
      assert.ok(error.cause instanceof ConnectionFailure);
      assert.deepEqual({ ambiguous: error.ambiguous, final: error.cause.final }, { ambiguous, final }, code);
    }
  });

  it("is never ambiguous about a read", () => {
    assert.equal(connectionError({ ...context, write: false }, "ECONNRESET", "read").ambiguous, false);
  });
});
