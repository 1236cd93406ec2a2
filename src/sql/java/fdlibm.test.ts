import { describe, expect, it } from "vitest";
import { cbrt, hypot, pow } from "./fdlibm.ts";

describe("functions of Java's StrictMath", () => {
  it("raises to powers to the last digit, where JavaScript and the C library differ", () => {
    expect([pow(1.1, 100), pow(3, 0.7), pow(-2, 3), pow(2, -1074), pow(0, -1)]).toEqual([
      13780.61233982238,
      2.157669279974593,
      -8,
      5e-324,
      Infinity,
    ]);
    expect([pow(1, Infinity), pow(-8, 1 / 3), pow(Number.NaN, 0), pow(10, 400)]).toEqual([
      Number.NaN,
      Number.NaN,
      1,
      Infinity,
    ]);
  });

  it("takes cube roots and lengths as fdlibm does", () => {
    expect([cbrt(1e34), cbrt(-27), cbrt(5), cbrt(0)]).toEqual([2.1544346900318835e11, -3, 1.709975946676697, 0]);
    expect([hypot(3, 4), hypot(1e300, 1e300), hypot(5e-324, 0), hypot(Number.NaN, Infinity)]).toEqual([
      5,
      1.4142135623730952e300,
      5e-324,
      Infinity,
    ]);
  });
});
