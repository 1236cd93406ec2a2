import { describe, expect, it } from "vitest";
import { canonicalJson, jsonChecksum } from "./last-checkpoint.ts";

describe("the checksum of JSON", () => {
  it("is that of the protocol's example", () => {
    const value = {
      k0: "'v 0'",
      checksum: "adsaskfljadfkjadfkj",
      k1: { k2: 2, k3: ["v3", [1, 2], { k4: "v4", k5: ["v5", "v6", "v7"] }] },
    };
    expect(canonicalJson(value)).toBe(
      '"k0"="%27v%200%27","k1"+"k2"=2,"k1"+"k3"+0="v3","k1"+"k3"+1+0=1,"k1"+"k3"+1+1=2,' +
        '"k1"+"k3"+2+"k4"="v4","k1"+"k3"+2+"k5"+0="v5","k1"+"k3"+2+"k5"+1="v6","k1"+"k3"+2+"k5"+2="v7"',
    );
    expect(jsonChecksum(value)).toBe("6a92d155a59bf2eecbd4b4ec7fd1f875");
  });
});
