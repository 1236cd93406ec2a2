import { describe, expect, it } from "vitest";
import { collationNamed, collationNames } from "./collation.ts";
import { icuTag } from "./key.ts";
import {
  lcaseContains,
  lcaseEndsWith,
  lcaseFindInSet,
  lcaseLocate,
  lcaseReplace,
  lcaseSplitPart,
  lcaseSubstringIndex,
  lcaseTranslate,
  lcaseTrim,
} from "./lcase.ts";

describe("the name of a collation", () => {
  it.each([
    ["utf8_lcase_rtrim", "UTF8_LCASE_RTRIM"],
    ["en_ai_ci", "en_CI_AI"],
    ["EN_USA_CI", "en_USA_CI"],
    ["sr_cyrl", "sr_Cyrl"],
    ["system.builtin.unicode_ci", "UNICODE_CI"],
  ])("%s is %s", (name, shown) => {
    expect(collationNamed(name).name).toBe(shown);
  });

  it.each(["en_ci_ci", "utf8_binary_ci", "unicode_rtrim_ci", "xx"])("%s is none", (name) => {
    expect(() => collationNamed(name)).toThrow("does not represent a correct collation name");
  });

  it("is suggested where it is nearly right", () => {
    expect(() => collationNamed("en_us")).toThrow("[en_USA]");
  });

  it("is one of the 1148 that Spark 4.1 lists", () => {
    expect(new Set(collationNames()).size).toBe(1148);
    expect(collationNames().map((name) => collationNamed(name).name)).toEqual(collationNames());
  });

  it("gives ICU's language tag", () => {
    expect(icuTag(collationNamed("sr_Latn_SRB_CI"))).toBe("sr-Latn-RS-u-ks-level2");
    expect(icuTag(collationNamed("UNICODE_AI"))).toBe("und-u-ks-level1-kc-true");
  });
});

describe("searching under UTF8_LCASE", () => {
  it("does not look at case, and never matches half of a letter", () => {
    expect(lcaseContains("xİo", "i\u0307O")).toBe(true);
    expect(lcaseContains("xİo", "xi")).toBe(false);
    expect(lcaseEndsWith("aΣ", "ς")).toBe(true);
    expect(lcaseLocate("B", "abAB", 3)).toBe(4);
    expect(lcaseLocate("", "ab", 3)).toBe(1);
  });

  it("replaces, splits and trims what it finds", () => {
    expect(lcaseReplace("aXbxc", "X", "-")).toBe("a-b-c");
    expect(lcaseSplitPart("aXbxc", "x", -1)).toBe("c");
    expect(lcaseSubstringIndex("aXbxc", "X", 2)).toBe("aXb");
    expect(lcaseSubstringIndex("aXbxc", "x", -2)).toBe("bxc");
    expect(lcaseTranslate("aBcABC", "AbB", "12")).toBe("12c12C");
    expect(lcaseFindInSet("B", "a,b")).toBe(2);
    expect(lcaseTrim("AbxBa", "aB", "both")).toBe("x");
    expect(lcaseTrim("i", "aİ", "right")).toBe("i");
    expect(lcaseTrim("İx\u0307", "İ", "both")).toBe("x\u0307");
    expect(lcaseTranslate("i\u0307x", "xİ", "yz")).toBe("zy");
  });
});
