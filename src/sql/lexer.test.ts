import { describe, expect, it } from "vitest";
import { tokenize } from "./lexer.ts";

function lex(text: string): string[] {
  return tokenize(text).map((token) => `${token.kind}:${token.text}${token.suffix === "" ? "" : `/${token.suffix}`}`);
}

describe("the lexer", () => {
  it("puts words in upper case and keeps quoted names", () => {
    expect(lex("select `a``b`, t.Col")).toEqual([
      "word:SELECT",
      "quoted:a`b",
      "operator:,",
      "word:T",
      "operator:.",
      "word:COL",
      "end:",
    ]);
  });

  it.each([
    [String.raw`'it''s'`, "it's"],
    [String.raw`'a\'b'`, "a'b"],
    [String.raw`"say \"x\""`, 'say "x"'],
    [String.raw`'tab\tline\n'`, "tab\tline\n"],
    [String.raw`'\u0041\U0001F600\101'`, "A😀A"],
    [String.raw`'50\% \_x \q'`, String.raw`50\% \_x q`],
    [String.raw`r'\d+'`, String.raw`\d+`],
    [String.raw`R"a\n"`, String.raw`a\n`],
  ])("reads the string %s", (text, value) => {
    expect(tokenize(text)[0]).toMatchObject({ kind: "string", text: value });
  });

  it("tells numbers from words that start with digits", () => {
    expect(lex("1 1.5 .5 5. 1e3 2L 3S 4Y 1.5D 2F 1.2BD 1a 1SL 123_ t.1a x.123BD_c")).toEqual([
      "integer:1",
      "decimal:1.5",
      "decimal:.5",
      "decimal:5.",
      "exponent:1e3",
      "suffixed:2/L",
      "suffixed:3/S",
      "suffixed:4/Y",
      "suffixed:1.5/D",
      "suffixed:2/F",
      "suffixed:1.2/BD",
      "word:1A",
      "word:1SL",
      "word:123_",
      "word:T",
      "operator:.",
      "word:1A",
      "word:X",
      "operator:.",
      "word:123BD_C",
      "end:",
    ]);
  });

  it("leaves out comments, nested ones too, and keeps hints", () => {
    expect(lex("/* a /* b */ c */ select /*+ HINT */ 1 -- end")).toEqual([
      "word:SELECT",
      "operator:/*+",
      "word:HINT",
      "hint_end:*/",
      "integer:1",
      "end:",
    ]);
  });

  it("refuses what is not closed, at its place", () => {
    expect(() => tokenize("select 'abc")).toThrow(/not closed/);
    expect(() => tokenize("select /* abc")).toThrow(/unclosed bracketed comment/);
    expect(() => tokenize("select `abc")).toThrow(/not closed/);
  });

  it("reads double quotes as identifiers when asked", () => {
    expect(tokenize('"a""b"', { doubleQuotedIdentifiers: true })[0]).toMatchObject({ kind: "quoted", text: 'a"b' });
  });

  it("reads text between dollars as it stands", () => {
    expect(tokenize("$$ return 'x' $$")[0]).toMatchObject({ kind: "dollar", text: " return 'x' " });
    expect(tokenize("$py$ a $$ b $py$")[0]).toMatchObject({ kind: "dollar", text: " a $$ b " });
  });
});
