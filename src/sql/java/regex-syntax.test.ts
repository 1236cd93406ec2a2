import { expect, test } from "vitest";
import { isInvalidInJava } from "./regex-syntax.ts";

test("knows the patterns that Java refuses", () => {
  for (const pattern of [
    "(",
    ")",
    "[",
    "[a",
    "a(b",
    "*a",
    "a|*",
    "(?l)",
    "a{",
    "a{x}",
    "{1}",
    "\\",
    "], [",
    "(?<1>a)",
    "a**",
  ])
    expect([pattern, isInvalidInJava(pattern)]).toEqual([pattern, true]);
});

test("takes what Java takes", () => {
  const patterns = [
    "]",
    "}",
    "a]",
    "[]a]",
    "[^]a]",
    "[a[b]]",
    "a*?",
    "a*+",
    "a{1,2}+",
    "\\Q(\\E",
    "(?i)a",
    "(?<n>a)",
    "(?-i:b)",
  ];
  for (const pattern of [...patterns, "(?=a)", "(?<!b)c", "(|a)", "\\[", "(?>a)", "[a&&[^b]]", ""])
    expect([pattern, isInvalidInJava(pattern)]).toEqual([pattern, false]);
});
