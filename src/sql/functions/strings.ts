import { array, BINARY, BOOLEAN, INT, STRING, type DataType, DOUBLE } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";
import {
  bindSignature,
  expressionAt,
  scalar,
  type CallSite,
  type FunctionRow,
  type Signature,
  expressions,
} from "./function.ts";
import { anything, binary, int, oneOf, only, text, onlyText } from "./params.ts";
import { integerOf, named, sameAs, scalarBy, scalarForms, typeAt, textOf, notFoldable } from "./rules.ts";
import { constant, filled, integer, string } from "./defaults.ts";

const category = "string";
/** STRING or BINARY; whatever else becomes STRING. */
const textOrBinary = oneOf(text, only("binary"));

/** `f(s)` on strings with one lowering and on binaries with another. */
function byKind(call: CallSite, forText: string, forBinary: string, signature: Signature) {
  const first = call.args[0];
  const isBinary = first !== undefined && first.kind !== "unbound_lambda" && first.type.kind === "binary";
  return bindSignature(call, signature, isBinary ? forBinary : forText);
}

function kinded(
  names: string | readonly [string, ...string[]],
  signature: Signature,
  forText: string,
  forBinary: string,
): FunctionRow {
  return scalarBy(names, category, (call) => byKind(call, forText, forBinary, signature));
}

const numericParam = oneOf(only("byte", "short", "int", "long", "float", "double", "decimal"), {
  expected: '"NUMERIC"',
  accept: (type) => (type.kind === "void" ? DOUBLE : undefined),
});

const oneText: Signature = { params: [text], returns: sameAs(0) };
const twoTexts: Signature = { params: [text, text], returns: BOOLEAN };

/** Both strings or both binaries. */
function matching(name: string, forText: string, forBinary: string): FunctionRow {
  return scalarBy(name, category, (call) => {
    const [a, b] = call.args;
    const both = [a, b].every(
      (arg) => arg !== undefined && arg.kind !== "unbound_lambda" && arg.type.kind === "binary",
    );
    return both
      ? { ...bindSignature(call, { params: [binary, binary], returns: BOOLEAN }, forBinary), nullable: true }
      : bindSignature(call, twoTexts, forText);
  });
}

const substringRow = scalarBy(["substring", "substr"], category, (call) =>
  byKind(filled(call, 3, [integer(2147483647)]), "spk_substring($1, $2, $3)", "spk_substring_binary($1, $2, $3)", {
    params: [textOrBinary, int, int],
    returns: sameAs(0),
  }),
);

type Trim = "trim" | "ltrim" | "rtrim";

function trimRow(name: string, side: string, native: Trim): FunctionRow {
  return scalarBy(name, category, (call) => {
    if (call.args.length === 1) {
      return bindSignature(call, oneText, ([source = ""], _, tools) => trimmed(native, source, "' '", tools));
    }
    const signature: Signature = {
      params: [text, text],
      returns: sameAs(1),
      pretty: ([characters = "", source = ""]) => `TRIM(${side} ${characters} FROM ${source})`,
    };
    return bindSignature(call, signature, ([characters = "", source = ""], _, tools) =>
      trimmed(native, source, characters, tools),
    );
  });
}

/** DuckDB takes a text apart to trim it. Whether there is anything to trim is seen at its ends, ten times faster. */
function trimmed(native: Trim, source: string, characters: string, tools: LoweringTools): string {
  if (!/^'(?:[^']|'')'$/.test(characters)) return `${native}(${source}, ${characters})`;
  return tools.once(source, (s) => {
    const ends = [
      ...(native === "rtrim" ? [] : [`prefix(${s}, ${characters})`]),
      ...(native === "ltrim" ? [] : [`suffix(${s}, ${characters})`]),
    ];
    return `CASE WHEN ${ends.join(" OR ")} THEN ${native}(${s}, ${characters}) ELSE ${s} END`;
  });
}

function padRow(name: "lpad" | "rpad"): FunctionRow {
  return scalarBy(name, category, (call) => {
    const first = typeAt(
      call.args.filter((arg) => arg.kind !== "unbound_lambda"),
      0,
    );
    const pad = first.kind === "binary" ? constant(new Uint8Array([0]), BINARY) : string(" ");
    const whole = filled(call, 3, [pad]);
    const bytes = [whole.args[0], whole.args[2]].every(
      (arg) => arg !== undefined && arg.kind !== "unbound_lambda" && arg.type.kind === "binary",
    );
    return bytes
      ? bindSignature(whole, { params: [binary, int, binary], returns: BINARY }, `spkjs_${name}_binary($1, $2, $3)`)
      : bindSignature(whole, { params: [text, int, text], returns: STRING }, `spk_${name}($1, $2, $3)`);
  });
}

function lengthType(type: DataType): boolean {
  return type.kind === "binary";
}

/** A threshold that is NULL in the statement makes the result NULL; one that is NULL in a row counts as 0. */
function levenshteinLowering(call: CallSite): string {
  if (call.args.length < 3) return "spk_levenshtein($1, $2)";
  return integerOf(expressionAt(call, 2)) === null ? "CAST(NULL AS INTEGER)" : "spk_levenshtein_limit($1, $2, $3)";
}

export const strings: readonly FunctionRow[] = [
  scalar("ascii", category, { params: [text], returns: INT }, "ascii($1)"),
  scalar(["chr", "char"], category, { params: [oneOf(only("long"), int)], returns: STRING }, "spk_chr($1)"),
  scalarForms(["length", "char_length", "character_length", "len"], category, (call) => ({
    signature: { params: [textOrBinary], returns: INT },
    lower:
      call.args[0]?.kind !== "unbound_lambda" && call.args[0] !== undefined && lengthType(call.args[0].type)
        ? "CAST(octet_length($1) AS INTEGER)"
        : "CAST(length($1) AS INTEGER)",
  })),
  kinded(
    "bit_length",
    { params: [textOrBinary], returns: INT },
    "CAST(8 * strlen($1) AS INTEGER)",
    "CAST(8 * octet_length($1) AS INTEGER)",
  ),
  kinded(
    "octet_length",
    { params: [textOrBinary], returns: INT },
    "CAST(strlen($1) AS INTEGER)",
    "CAST(octet_length($1) AS INTEGER)",
  ),
  scalarBy("btrim", category, (call) =>
    call.args.length === 1
      ? bindSignature(call, oneText, ([source = ""], _, tools) => trimmed("trim", source, "' '", tools))
      : bindSignature(call, { params: [text, text], returns: sameAs(0) }, "trim($1, $2)"),
  ),
  trimRow("trim", "BOTH", "trim"),
  trimRow("ltrim", "LEADING", "ltrim"),
  trimRow("rtrim", "TRAILING", "rtrim"),
  matching("contains", "contains($1, $2)", "contains(hex($1), hex($2)) AND spkjs_contains_binary($1, $2)"),
  matching("startswith", "starts_with($1, $2)", "starts_with(hex($1), hex($2))"),
  matching("endswith", "ends_with($1, $2)", "ends_with(hex($1), hex($2))"),
  scalarBy("concat_ws", category, (call) => {
    const listed = call.args.map((arg) => arg.kind !== "unbound_lambda" && arg.type.kind === "array");
    return bindSignature(
      call,
      {
        params: [text],
        rest: {
          expected: '("ARRAY<STRING>" or "STRING")',
          accept: (type, ansi) => (type.kind === "array" ? array(STRING) : text.accept(type, ansi)),
        },
        returns: STRING,
        nullable: (args) => args[0]?.nullable ?? true,
      },
      (args) => {
        const [separator = "NULL", ...parts] = args;
        if (parts.length === 0) return `CASE WHEN ${separator} IS NULL THEN NULL ELSE '' END`;
        if (!listed.includes(true)) return `concat_ws(${args.join(", ")})`;
        const lists = parts.map((part, index) => (listed[index + 1] === true ? `coalesce(${part}, [])` : `[${part}]`));
        return joined(`list_concat(${lists.join(", ")})`, separator);
      },
    );
  }),
  scalar(
    "elt",
    category,
    { params: [int, textOrBinary], rest: textOrBinary, returns: sameAs(1), nullable: true },
    (args, _, { ansi }) => {
      const [index = "NULL", ...values] = args;
      return `${ansi ? "spk_elt_ansi" : "spk_elt"}([${values.join(", ")}], ${index})`;
    },
  ),
  scalar("find_in_set", category, { params: [text, text], returns: INT }, "spk_find_in_set($1, $2)"),
  scalar(["format_string", "printf"], category, { params: [text], rest: anything, returns: STRING }, (args, call) => {
    const kinds = call.args.slice(1).map((arg) => arg.type.kind);
    const values = args.slice(1).map((arg) => `CAST(${arg} AS VARCHAR)`);
    return `spkjs_format_string(${args[0] ?? "NULL"}, '${kinds.join(",")}', [${values.join(", ")}]::VARCHAR[])`;
  }),
  scalarBy("format_number", category, (call) => {
    const second = call.args[1];
    const pattern = second !== undefined && second.kind !== "unbound_lambda" && second.type.kind === "string";
    return bindSignature(
      call,
      { params: [numericParam, pattern ? text : int], returns: STRING, nullable: true },
      pattern ? "spkjs_format_number_pattern(CAST($1 AS VARCHAR), $2)" : "spkjs_format_number(CAST($1 AS VARCHAR), $2)",
    );
  }),
  scalar("initcap", category, oneText, "spk_initcap($1)"),
  scalar("instr", category, { params: [text, text], returns: INT }, "CAST(instr($1, $2) AS INTEGER)"),
  scalarBy(["locate", "position", "charindex"], category, (call) =>
    bindSignature(
      filled(call, 3, [integer(1)]),
      { params: [text, text, int], returns: INT, nullable: (args) => args.slice(0, 2).some((arg) => arg.nullable) },
      "spk_locate($1, $2, $3)",
    ),
  ),
  scalarBy("left", category, (call) =>
    byKind(call, "spk_left($1, $2)", "spk_substring_binary($1, 1, $2)", {
      params: [textOrBinary, int],
      returns: sameAs(0),
    }),
  ),
  scalar("right", category, { params: [text, int], returns: STRING, nullable: true }, "spk_right($1, $2)"),
  scalarBy("levenshtein", category, (call) =>
    bindSignature(
      call,
      { params: [text, text], optional: [int], returns: INT },
      call.args.length === 3 && integerOf(expressionAt(call, 2)) === null ? "NULL" : levenshteinLowering(call),
    ),
  ),
  scalar(
    "jaro_winkler_similarity",
    category,
    { params: [text, text], returns: { kind: "double" } },
    "jaro_winkler_similarity($1, $2)",
  ),
  scalar(["lower", "lcase"], category, oneText, "spk_lower($1)"),
  scalar(["upper", "ucase"], category, oneText, "spk_upper($1)"),
  padRow("lpad"),
  padRow("rpad"),
  scalar("luhn_check", category, { params: [text], returns: BOOLEAN, nullable: true }, "spkjs_luhn_check($1)"),
  scalarBy(
    "mask",
    category,
    (call) =>
      bindSignature(
        checkedMask(filled(call, 5, [string("X"), string("x"), string("n"), constant(null, STRING)])),
        { params: [onlyText, onlyText, onlyText, onlyText, onlyText], returns: STRING, nullable: true },
        "spkjs_mask($*)",
      ),
    ["str", "upperChar", "lowerChar", "digitChar", "otherChar"],
  ),
  scalarBy("overlay", category, (given) => {
    const call = filled(given, 4, [integer(-1)]);
    const [source, replacement] = expressions(call);
    const [a, b] = [source, replacement].map((arg) => arg?.type.kind === "binary");
    if (a !== b) {
      throw call.error(
        "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
        'Cannot resolve "overlay" due to data type mismatch: Input to `overlay` should all be the same type, STRING or BINARY.',
      );
    }
    return byKind(call, "spk_overlay($1, $2, $3, $4)", "spk_overlay_binary($1, $2, $3, $4)", {
      params: [textOrBinary, textOrBinary, int, int],
      returns: sameAs(0),
    });
  }),
  scalar(
    "quote",
    category,
    { params: [text], returns: STRING },
    String.raw`'''' || replace(replace($1, '\', '\\'), '''', '\''') || ''''`,
  ),
  scalar("repeat", category, { params: [text, int], returns: sameAs(0) }, "repeat($1, spk_count($2))"),
  scalarBy("replace", category, (call) =>
    bindSignature(
      filled(call, 3, [string("")]),
      { params: [text, text, text], returns: sameAs(0) },
      "replace($1, $2, $3)",
    ),
  ),
  scalar(
    "sentences",
    category,
    {
      params: [text],
      optional: [text, text],
      returns: array(array(STRING, false), false),
      nullable: true,
      pretty: ([source = "", language = "", country = ""]) => `sentences(${source}, ${language}, ${country})`,
    },
    "spkjs_sentences($1)",
  ),
  scalar("soundex", category, { params: [onlyText], returns: STRING }, "spkjs_soundex($1)"),
  scalar("space", category, { params: [int], returns: STRING }, "repeat(' ', spk_count($1))"),
  scalar("split_part", category, { params: [text, text, int], returns: sameAs(0) }, "spk_split_part($1, $2, $3)"),
  substringRow,
  scalar(
    "substring_index",
    category,
    { params: [text, text, int], returns: sameAs(0) },
    "spk_substring_index($1, $2, $3)",
  ),
  scalar("translate", category, { params: [text, text, text], returns: sameAs(0) }, "translate($1, $2, $3)"),
  scalar("is_valid_utf8", category, { params: [textOrBinary], returns: BOOLEAN, nullable: true }, (args, call) =>
    utf8("is_valid", args[0] ?? "NULL", call.args[0]?.type),
  ),
  scalar("make_valid_utf8", category, { params: [textOrBinary], returns: STRING, nullable: true }, (args, call) =>
    utf8("make_valid", args[0] ?? "NULL", call.args[0]?.type),
  ),
  scalar("validate_utf8", category, { params: [textOrBinary], returns: STRING, nullable: true }, (args, call) =>
    utf8("validate", args[0] ?? "NULL", call.args[0]?.type),
  ),
  scalar("try_validate_utf8", category, { params: [textOrBinary], returns: STRING, nullable: true }, (args, call) =>
    utf8("try_validate", args[0] ?? "NULL", call.args[0]?.type),
  ),
  scalarBy("randstr", category, (call) =>
    bindSignature(
      filled(call, 2, [constant(null, INT)]),
      { params: [int, int], returns: STRING, nullable: false, deterministic: false, pretty: named("randstr") },
      "spkjs_randstr($1)",
    ),
  ),
];

/** The elements of a list in one text. */
export function joined(list: string, separator: string): string {
  return /^'(?:[^']|'')*'$/.test(separator) ? `spk_join(${list}, ${separator})` : `spk_join_by(${list}, ${separator})`;
}

/** What `mask` puts in place of a character is one constant character, or NULL. */
function checkedMask(call: CallSite): CallSite {
  for (const [index, name] of ["upperChar", "lowerChar", "digitChar", "otherChar"].entries()) {
    const arg = expressionAt(call, index + 1);
    const text = textOf(arg);
    if (text === undefined) throw notFoldable(call, index + 1, name);
    if (arg.type.kind === "string" && text !== null && Array.from(text).length !== 1) {
      throw call.error(
        "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE",
        `Cannot resolve "mask" due to data type mismatch: Length of ${name} should be 1.`,
      );
    }
  }
  return call;
}

/** A STRING is always valid here: DuckDB holds nothing else. */
function utf8(what: string, sql: string, type: DataType | undefined): string {
  if (type?.kind === "binary") return `spkjs_${what}_utf8(${sql})`;
  return what === "is_valid" ? `CASE WHEN ${sql} IS NULL THEN NULL ELSE true END` : sql;
}
