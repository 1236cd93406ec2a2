import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { civilOf, daysOf } from "./calendar.ts";
import { formatTimestamp } from "./date-format.ts";
import { parseTimestamp } from "./date-parse.ts";
import { BoathouseError } from "../../core/errors.ts";
import { parsePattern } from "./date-pattern.ts";
import { decimalFormat, formatString } from "./format.ts";
import { murmur3Bytes, murmur3Int, murmur3Long, xxHash64Int, xxHash64Long } from "./hash.ts";
import { strftimePattern, strptimePattern } from "./native-pattern.ts";
import { digitsOf, javaDouble, javaFloat, roundDigits } from "./number.ts";
import { formatNumber, parseNumber, parseNumberPattern } from "./number-pattern.ts";
import { javaScriptSource, literalText, re2Replacement, re2Source, wholeMatch } from "./regex.ts";
import { instantOf, localOf, offsetAt, resolveZone } from "./zone.ts";

const micros = (iso: string): bigint => BigInt(Date.parse(iso)) * 1000n;

describe("numbers as Java prints them", () => {
  it("switches to an exponent below a thousandth and from ten million on", () => {
    expect([0.001, 0.00099, 9999999, 1e7, -1.5, 1e22, 5e-324].map(javaDouble)).toEqual([
      "0.001",
      "9.9E-4",
      "9999999.0",
      "1.0E7",
      "-1.5",
      "1.0E22",
      "4.9E-324",
    ]);
  });

  it("gives a float its own shortest digits", () => {
    expect([3.14, 1e10, 16777216].map((x) => javaFloat(Math.fround(x)))).toEqual(["3.14", "1.0E10", "1.6777216E7"]);
  });

  it("reads back as the same number", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) =>
        Object.is(Number(javaDouble(x).replace("Infinity", "Infinity")), x),
      ),
    );
  });

  it("rounds halves as asked", () => {
    const round = (text: string, mode: "half-up" | "half-even"): string => roundDigits(digitsOf(text), 0, mode).whole;
    expect([round("2.5", "half-up"), round("2.5", "half-even"), round("3.5", "half-even")]).toEqual(["3", "2", "4"]);
  });
});

describe("dates by Java patterns", () => {
  it("knows the calendar in both directions", () => {
    fc.assert(
      fc.property(fc.integer({ min: -800_000, max: 3_000_000 }), (days) => {
        const { year, month, day } = civilOf(days);
        return daysOf(year, month, day) === days;
      }),
    );
  });

  it("formats and parses back", () => {
    const pattern = "yyyy-MM-dd HH:mm:ss.SSSSSS";
    fc.assert(
      fc.property(fc.bigInt({ min: -62_000_000_000_000_000n, max: 200_000_000_000_000_000n }), (instant) => {
        return parseTimestamp(formatTimestamp(instant, pattern, "UTC"), pattern, "UTC") === instant;
      }),
    );
  });

  it("formats names, halves of the day and offsets", () => {
    const instant = micros("2021-09-05T15:04:09Z");
    expect(formatTimestamp(instant, "EEEE, MMMM d, yyyy h:mm a XXX", "America/Los_Angeles")).toBe(
      "Sunday, September 5, 2021 8:04 AM -07:00",
    );
  });

  it("parses strictly, with names in any case", () => {
    expect(parseTimestamp("SEPTEMBER 5, 2021", "MMMM d, yyyy", "UTC")).toBe(micros("2021-09-05T00:00:00Z"));
    expect(parseTimestamp("2021-02-29", "yyyy-MM-dd", "UTC")).toBeUndefined();
    expect(parseTimestamp("2021-2-9", "yyyy-MM-dd", "UTC")).toBeUndefined();
    expect(parseTimestamp("20210209", "yyyyMMdd", "UTC")).toBe(micros("2021-02-09T00:00:00Z"));
    expect(parseTimestamp("2021-02-09 x", "yyyy-MM-dd", "UTC")).toBeUndefined();
  });

  it("refuses week-based and unknown letters by Spark's names", () => {
    const condition = (pattern: string, use: "format" | "parse"): string => {
      try {
        parsePattern(pattern, use);
        return "";
      } catch (error) {
        return error instanceof BoathouseError ? error.code.replace(/^.*\./, "") : String(error);
      }
    };
    const conditions: Readonly<Record<string, readonly string[]>> = {
      // What Spark 2 could read.
      DATETIME_PATTERN_RECOGNITION: [
        "YYYY",
        "u",
        "GGGGG",
        "yyyyyyy",
        "ddd",
        "aa",
        "zzzzz",
        "ZZZZZZ",
        "]",
        "{",
        "yy#MM",
      ],
      DATETIME_WEEK_BASED_PATTERN: ["e", "c yyyy", "unknown"],
      ILLEGAL_CHARACTER: ["A", "n", "Bp", "invalid"],
      LENGTH: ["qqqqq", "QQQQQ"],
      WITH_SUGGESTION: ["V", "OO", "XXXXXX", "xxxxxx", "C", "I", "yyyy-MM-ddTHH", "'x"],
      "": ["GGGG", "yyyyyy", "OOOO", "VV", "[yyyy", "''", "'yyyy'"],
    };
    for (const [name, patterns] of Object.entries(conditions)) {
      for (const pattern of patterns) expect([pattern, condition(pattern, "format")]).toEqual([pattern, name]);
    }
    expect(condition("E", "parse")).toBe("DATETIME_PATTERN_RECOGNITION");
    expect(condition("q", "parse")).toBe("ILLEGAL_CHARACTER");
  });

  it("hands DuckDB only what means the same there", () => {
    expect(strftimePattern("dd/MM/yyyy 'at' HH:mm")).toBe("%d/%m/%Y at %H:%M");
    expect(strftimePattern("VV")).toBeUndefined();
    expect(strptimePattern("MMMM d, yyyy")).toEqual({
      format: "%B %d, %Y",
      shape: "[A-Za-z]{3,9} [0-9]{1,2}, [0-9]{4}",
    });
    expect(strptimePattern("yyyyMd")).toBeUndefined();
  });
});

describe("time zones", () => {
  it("moves a time in a gap on and takes the earlier of two", () => {
    const zone = "America/Los_Angeles";
    expect(instantOf(micros("2021-03-14T02:30:00Z"), zone)).toBe(micros("2021-03-14T10:30:00Z"));
    expect(instantOf(micros("2021-11-07T01:30:00Z"), zone)).toBe(micros("2021-11-07T08:30:00Z"));
  });

  it("goes to the local clock and back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 4_000_000_000_000_000n }), (instant) => {
        const hour = (instant / 3_600_000_000n) * 3_600_000_000n;
        const local = localOf(hour, "Asia/Kolkata");
        return instantOf(local, "Asia/Kolkata") === hour;
      }),
    );
  });

  it("knows offsets and short names", () => {
    expect(offsetAt("UTC+8", 0n)).toBe(28_800);
    expect(resolveZone("PST")).toBe("America/Los_Angeles");
    expect(resolveZone("Not/AZone")).toBeUndefined();
    expect(resolveZone("+19:00")).toBeUndefined();
  });
});

describe("regular expressions", () => {
  it("keeps Java's meaning on RE2 or gives it up", () => {
    expect(re2Source(String.raw`(\d+)-(\d+)`, true)).toBe(String.raw`(\d+)-(\d+)`);
    expect(re2Source("a.b", true)).toBe(String.raw`a[^\n\r\x{85}\x{2028}\x{2029}]b`);
    expect(re2Source("(?<=a)b", true)).toBeUndefined();
    expect(re2Source("a*+", true)).toBeUndefined();
    expect(re2Source(String.raw`\Qa.b\E`, true)).toBeUndefined();
  });

  it("says the rest in JavaScript", () => {
    const run = (pattern: string, text: string): string | undefined => {
      const script = javaScriptSource(pattern);
      return script === undefined ? undefined : new RegExp(script.source, script.flags).exec(text)?.[0];
    };
    expect(run("(?<=a)b", "ab")).toBe("b");
    expect(run(String.raw`\Qa.b\E`, "xa.b")).toBe("a.b");
    expect(run(String.raw`\p{Alpha}+`, "12ab")).toBe("ab");
    expect(javaScriptSource("a*+")).toBeUndefined();
  });

  it("matches whole texts with possessive quantifiers, which give nothing back", () => {
    expect(wholeMatch("(a)?+.+", true)?.test("A")).toBe(false);
    expect(wholeMatch("(a)?+.+", true)?.test("ab")).toBe(true);
    expect(wholeMatch("(a)?.+", true)?.test("A")).toBe(true);
    expect(wholeMatch("x*+x", false)?.test("xxx")).toBe(false);
    expect(wholeMatch(String.raw`(a)\1*+b`, false)).toBeUndefined();
  });

  it("translates replacements and finds plain separators", () => {
    expect(re2Replacement("$2-$1", 2)).toBe(String.raw`\2-\1`);
    expect(re2Replacement("$3", 2)).toBeUndefined();
    expect(literalText(String.raw`\.`)).toBe(".");
    expect(literalText("[,]")).toBeUndefined();
  });
});

describe("formats of numbers", () => {
  it("formats as Java's Formatter and DecimalFormat", () => {
    expect(
      formatString("%05d|%-4s|%.2f|%x|%,d", [
        { kind: "int", text: "42" },
        { kind: "string", text: "ab" },
        { kind: "double", text: "3.14159" },
        { kind: "int", text: "-1" },
        { kind: "long", text: "1234567" },
      ]),
    ).toBe("00042|ab  |3.14|ffffffff|1,234,567");
    expect(decimalFormat("12332.123456", "#,##0.0000")).toBe("12,332.1235");
  });

  it("reads and writes Spark's number formats", () => {
    const pattern = parseNumberPattern("99,999.9S");
    expect(parseNumber("12,454.8-", pattern)).toBe("-12454.8");
    expect(parseNumber("1,2454.8-", pattern)).toBeUndefined();
    expect(formatNumber("-12454.8", parseNumberPattern("99G999D9S"))).toBe("12,454.8-");
    const shown = [
      ["454", "90999"],
      ["0", "$99.99"],
      ["0", "99S"],
      ["78", "99.S"],
      ["-78", "99.PR"],
      ["454", "999PR"],
      ["-454", "999"],
      ["-0.1", "9.9MI"],
      ["12345", "9,999"],
    ].map(([value = "", format = ""]) => formatNumber(value, parseNumberPattern(format)));
    expect(shown).toEqual(["  454", "$ 0.00", "+  ", "78+ ", "<78> ", "454  ", "454", "0.1-", "# ###"]);
    expect(() => parseNumberPattern("x9")).toThrow(
      expect.objectContaining({ code: "INVALID_FORMAT.UNEXPECTED_TOKEN" }),
    );
  });
});

describe("hashes", () => {
  it("are Spark's", () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    expect(murmur3Int(2, murmur3Int(123, murmur3Bytes(text("Spark"), 42)))).toBe(-1321691492);
    expect(murmur3Long(1n, 42)).toBe(-1712319331);
    expect(xxHash64Int(1, 42n)).toBe(-6698625589789238999n);
    expect(xxHash64Long(1n, 42n)).toBe(-7001672635703045582n);
  });
});
