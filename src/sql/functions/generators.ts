import { INT, LONG, sameType, simpleString, sqlType, STRING, VOID, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { implicitCast } from "../types/implicit-cast.ts";
import { structNames } from "../types/duckdb-type.ts";
import { quoteIdentifier } from "../quote.ts";
import { containsNull, elementOf } from "./array-types.ts";
import { integer } from "./defaults.ts";
import {
  coerce,
  expressions,
  mismatch,
  wrongNumber,
  type BoundGenerator,
  type CallSite,
  type FunctionRow,
  type GeneratorRow,
} from "./function.ts";
import { text } from "./params.ts";
import { integerOf, isFoldable } from "./rules.ts";

const category = "generator";

function generator(
  names: readonly [string, ...string[]],
  bind: (call: CallSite) => BoundGenerator,
  parameters?: readonly string[],
): GeneratorRow {
  const row = { kind: "generator", names, category, bind } as const;
  return parameters === undefined ? row : { ...row, parameters };
}

function only(call: CallSite): BoundExpression {
  const [value, ...others] = expressions(call);
  if (value === undefined || others.length > 0) throw wrongNumber(call, "1");
  return value;
}

/** One row for each element of an array, for each entry of a map; with `position` also where it stands, from 0. */
function explode(position: boolean): (call: CallSite) => BoundGenerator {
  return (call) => {
    const value = only(call);
    const outer = call.name.endsWith("_outer");
    const positions = position ? [{ name: "pos", type: INT, nullable: outer }] : [];
    const { type } = value;
    if (type.kind === "array" || type.kind === "void") {
      const element = elementOf(type);
      return {
        args: [value],
        outer,
        columns: [...positions, { name: "col", type: element, nullable: outer || containsNull(type) }],
        lower: ([list = "NULL"], _, tools) =>
          numbered(
            type.kind === "void" ? `CAST(NULL AS ${tools.typeName(element)}[])` : list,
            position,
            (item) => [item],
            tools.fresh("e"),
            tools.fresh("i"),
          ),
      };
    }
    if (type.kind !== "map") throw mismatch(call, 0, '("ARRAY" or "MAP")', simpleString(type));
    return {
      args: [value],
      outer,
      columns: [
        ...positions,
        { name: "key", type: type.key, nullable: outer },
        { name: "value", type: type.value, nullable: outer || type.valueContainsNull },
      ],
      lower: ([map = "NULL"], _, tools) =>
        numbered(
          `map_entries(${map})`,
          position,
          (entry) => [`${entry}."key"`, `${entry}."value"`],
          tools.fresh("e"),
          tools.fresh("i"),
        ),
    };
  };
}

function numbered(list: string, position: boolean, columns: (item: string) => readonly string[], e: string, i: string) {
  if (!position) return { list, columns };
  const [x, at] = [quoteIdentifier(e), quoteIdentifier(i)];
  return {
    list: `list_transform(${list}, lambda ${x}, ${at}: {'p': CAST(${at} - 1 AS INTEGER), 'v': ${x}})`,
    columns: (item: string) => [`${item}."p"`, ...columns(`${item}."v"`)],
  };
}

function inline(call: CallSite): BoundGenerator {
  const value = only(call);
  const outer = call.name.endsWith("_outer");
  const element = elementOf(value.type);
  if (element.kind !== "struct") throw mismatch(call, 0, '"ARRAY<STRUCT>"', simpleString(value.type));
  const names = structNames(element.fields);
  return {
    args: [value],
    outer,
    columns: element.fields.map((each) => ({
      name: each.name,
      type: each.type,
      nullable: outer || each.nullable || containsNull(value.type),
    })),
    lower: ([list = "NULL"]) => ({ list, columns: (item) => names.map((name) => `${item}.${quoteIdentifier(name)}`) }),
  };
}

function stack(call: CallSite): BoundGenerator {
  const [count, ...values] = expressions(call);
  const rows = count === undefined ? undefined : integerOf(count);
  if (count === undefined || values.length === 0) throw wrongNumber(call, "> 1");
  if (typeof rows !== "number" || rows < 1) {
    throw call.error(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      'Cannot resolve "stack" due to data type mismatch: the input n should be a foldable "INT" expression.',
    );
  }
  const width = Math.ceil(values.length / rows);
  const types = Array.from({ length: width }, (_, column): DataType => {
    const given = values.filter((__, index) => index % width === column).map((each) => each.type);
    const found = given.find((type) => type.kind !== "void") ?? VOID;
    if (given.every((type) => type.kind === "void" || sameType(type, found))) return found;
    throw call.error(
      "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES",
      `Cannot resolve "stack" due to data type mismatch: The data type of the column (${column}) do not have the same type.`,
    );
  });
  const args = values.map((value, index) => coerce(value, types[index % width] ?? VOID, call));
  return {
    args,
    pretty: (texts) => `stack(${[String(rows), ...texts].join(", ")})`,
    columns: types.map((type, column) => ({
      name: `col${column}`,
      type,
      nullable: true,
    })),
    lower: (sql, _, tools) => {
      const items = Array.from({ length: rows }, (__, row) => {
        const fields = types.map(
          (type, column) => `'c${column}': CAST(${sql[row * width + column] ?? "NULL"} AS ${tools.typeName(type)})`,
        );
        return `{${fields.join(", ")}}`;
      });
      return { list: `[${items.join(", ")}]`, columns: (item) => types.map((__, column) => `${item}."c${column}"`) };
    },
  };
}

function jsonTuple(call: CallSite): BoundGenerator {
  const args = expressions(call).map((arg, index) => {
    const type = text.accept(arg.type, call.context.ansi);
    if (type === undefined || (arg.type.kind !== "string" && arg.type.kind !== "void")) {
      throw call.error(
        "DATATYPE_MISMATCH.NON_STRING_TYPE",
        `Cannot resolve "json_tuple" due to data type mismatch: argument ${index + 1} must be a string.`,
      );
    }
    return coerce(arg, STRING, call);
  });
  if (args.length < 2) throw wrongNumber(call, "> 1");
  return {
    args,
    columns: args.slice(1).map((_, index) => ({ name: `c${index}`, type: STRING, nullable: true })),
    lower: ([json = "NULL", ...names]) => ({
      list: `[coalesce(spkjs_json_tuple(${json}, [${names.join(", ")}]), list_resize([]::VARCHAR[], ${names.length}))]`,
      columns: (item) => names.map((_, index) => `${item}[${index + 1}]`),
    }),
  };
}

export const generators: readonly FunctionRow[] = [
  generator(["explode", "explode_outer"], explode(false), ["collection"]),
  generator(["posexplode", "posexplode_outer"], explode(true), ["collection"]),
  generator(["inline", "inline_outer"], inline, ["input"]),
  generator(["stack"], stack),
  generator(["json_tuple"], jsonTuple),
  {
    kind: "table",
    names: ["range"],
    category: "table",
    bind: (call) => {
      const given = expressions(call);
      if (given.length < 1 || given.length > 4) throw wrongNumber(call, "[1, 4]");
      for (const [index, arg] of given.entries()) checkRangeArgument(call, arg, index);
      const numbers = given.slice(0, 3).map((arg) => coerce(arg, LONG, call));
      const args = numbers.length === 1 ? [coerce(integer(0), LONG, call), ...numbers] : numbers;
      if (integerOf(given[2]) === 0)
        throw call.error("INVALID_PARAMETER_VALUE.STEP", "The step of range must not be 0.");
      return {
        args,
        columns: [{ name: "id", type: LONG, nullable: false }],
        lower: (sql) => ({ from: `range(${sql.join(", ")})`, columns: [`"range"`] }),
      };
    },
  },
];

function checkRangeArgument(call: CallSite, arg: BoundExpression, index: number): void {
  const [name = ""] = ["start", "end", "step", "numSlices"].slice(call.args.length === 1 ? 1 : index);
  if (!isFoldable(arg)) {
    throw call.error(
      "NON_FOLDABLE_ARGUMENT",
      `The function \`range\` requires the parameter \`${name}\` to be a foldable expression of the type "BIGINT", but the actual argument is a non-foldable.`,
    );
  }
  if (arg.type.kind !== "void" && implicitCast(arg.type, LONG, call.context.ansi) !== undefined) return;
  throw call.error(
    "UNEXPECTED_INPUT_TYPE",
    `Parameter ${index + 1} of function \`range\` requires the "BIGINT" type, however it has the type "${sqlType(arg.type)}".`,
  );
}
