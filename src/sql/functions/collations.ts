import { field, sqlType, STRING, struct } from "../../core/data-type.ts";
import { collationIn, collationNamed, collationNames, localeNames, withCollation } from "../collation/collation.ts";
import { expressions, mismatch, wrongNumber, type BoundFunction, type CallSite, type FunctionRow } from "./function.ts";
import { foldedText } from "./record-arguments.ts";
import { scalarBy } from "./rules.ts";

const category = "string";

/** `collate(text, name)`, which `text COLLATE name` is too. */
function collate(call: CallSite): BoundFunction {
  const [value, name, ...others] = expressions(call);
  if (value === undefined || name === undefined || others.length > 0) throw wrongNumber(call, "2");
  if (value.type.kind !== "string" && value.type.kind !== "void")
    throw mismatch(call, 0, '"STRING"', sqlType(value.type));
  const text = foldedText(name);
  if (typeof text !== "string") {
    throw text === null
      ? call.error(
          "UNEXPECTED_INPUT_TYPE",
          'Parameter second of function `collate` requires the "STRING" type, however "NULL" has the type "VOID".',
        )
      : call.error(
          "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
          'Cannot resolve "collate" due to data type mismatch: the input `collation` should be a foldable "STRING" expression.',
        );
  }
  const { name: known } = collationNamed(text);
  return {
    args: [value, name],
    type: withCollation(STRING, known === "UTF8_BINARY" ? undefined : known),
    nullable: value.nullable,
    lower: ([sql = "NULL"]) => (value.type.kind === "void" ? `CAST(${sql} AS VARCHAR)` : sql),
    pretty: ([shown = ""]) => `collate(${shown}, ${text.split(".").at(-1) ?? text})`,
  };
}

function collation(call: CallSite): BoundFunction {
  const [value, ...others] = expressions(call);
  if (value === undefined || others.length > 0) throw wrongNumber(call, "1");
  if (value.type.kind !== "string" && value.type.kind !== "void")
    throw mismatch(call, 0, '"STRING"', sqlType(value.type));
  const name = collationIn(value.type) ?? "UTF8_BINARY";
  const shown = name === "null" ? "null" : `SYSTEM.BUILTIN.${name}`;
  return { args: [value], type: STRING, nullable: false, lower: (_, __, tools) => tools.text(shown) };
}

const COLUMNS = [
  ["CATALOG", false],
  ["SCHEMA", false],
  ["NAME", false],
  ["LANGUAGE", true],
  ["COUNTRY", true],
  ["ACCENT_SENSITIVITY", false],
  ["CASE_SENSITIVITY", false],
  ["PAD_ATTRIBUTE", false],
  ["ICU_VERSION", true],
] as const;

/** What Spark 4.1 is built with. */
const ICU_VERSION = "77.1.0.0";

function rows(): (string | null)[][] {
  return collationNames().map((name) => {
    const each = collationNamed(name);
    const { language, country } = localeNames(each);
    return [
      "SYSTEM",
      "BUILTIN",
      name,
      language,
      country,
      each.accentSensitive ? "ACCENT_SENSITIVE" : "ACCENT_INSENSITIVE",
      each.caseSensitive ? "CASE_SENSITIVE" : "CASE_INSENSITIVE",
      each.trims ? "RTRIM" : "NO_PAD",
      each.base === "icu" ? ICU_VERSION : null,
    ];
  });
}

export const collations: readonly FunctionRow[] = [
  scalarBy("collate", category, collate),
  scalarBy("collation", category, collation),
  {
    kind: "table",
    names: ["collations"],
    category,
    bind: (call) => {
      if (call.args.length > 0) throw wrongNumber(call, "0");
      const schema = struct(COLUMNS.map(([name, nullable]) => field(name, STRING, nullable)));
      return {
        args: [],
        columns: schema.fields.map(({ name, type, nullable }) => ({ name, type, nullable })),
        lower: (_, __, tools) => {
          const values = rows().map(
            (row) => `(${row.map((each) => (each === null ? "NULL" : tools.text(each))).join(", ")})`,
          );
          return { from: `(VALUES ${values.join(", ")})`, columns: COLUMNS.map((__column, index) => `col${index}`) };
        },
      };
    },
  },
];
