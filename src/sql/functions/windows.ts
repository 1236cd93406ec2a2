import { DOUBLE, INT, sqlType, VOID, type DataType } from "../../core/data-type.ts";
import { implicitCast } from "../types/implicit-cast.ts";
import { constant, filled, integer } from "./defaults.ts";
import {
  bindSignature,
  coerce,
  expressionAt,
  expressions,
  mismatch,
  windowFunction,
  type FunctionRow,
  type WindowRow,
  wrongNumber,
} from "./function.ts";
import { anything, int } from "./params.ts";
import { integerOf, isFoldable, notFoldable, sameAs, typeAt } from "./rules.ts";

const category = "window";

function ranking(name: string, returns: DataType, shown: string): WindowRow {
  const native = `${name}!()`;
  return windowFunction(
    name,
    category,
    { params: [], rest: anything, returns, nullable: false, pretty: () => `${shown}()` },
    returns === INT ? `CAST(${native} AS INTEGER)` : native,
  );
}

function offset(name: "lag" | "lead"): WindowRow {
  return {
    kind: "window",
    names: [name],
    category,
    bind: (given) => {
      if (given.args.length < 1) throw wrongNumber(given, "[1, 3]");
      const call = filled(given, 3, [integer(1), constant(null, VOID)]);
      const [value, rows, fallback] = expressions(call);
      const wanted = value && fallback && implicitCast(fallback.type, value.type, call.context.ansi);
      // The default takes the type of the value.
      const other = fallback && coerce(fallback, wanted ?? fallback.type, call);
      if (value !== undefined && wanted === undefined)
        throw mismatch(call, 2, `"${sqlType(value.type)}"`, sqlType(fallback?.type ?? VOID));
      const args = [value, rows, other].filter((arg) => arg !== undefined);
      return {
        args,
        type: typeAt(args, 0),
        nullable: args[0]?.nullable === true || args[2]?.nullable !== false,
        lower: (sql, _, tools) => tools.aggregate(name, sql),
      };
    },
  };
}

export const windows: readonly FunctionRow[] = [
  ranking("row_number", INT, "row_number"),
  ranking("rank", INT, "RANK"),
  ranking("dense_rank", INT, "DENSE_RANK"),
  ranking("percent_rank", DOUBLE, "PERCENT_RANK"),
  ranking("cume_dist", DOUBLE, "cume_dist"),
  {
    kind: "window",
    names: ["ntile"],
    category,
    bind: (given) => {
      const call = filled(given, 1, [integer(1)]);
      const buckets = expressionAt(call, 0);
      const count = integerOf(buckets);
      if (buckets.type.kind !== "int" || count === undefined) throw notFoldable(call, 0, "buckets");
      if (count === null || count < 1) {
        throw call.error(
          "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
          `Cannot resolve "ntile" due to data type mismatch: the buckets must be between (0, 2147483647] (current value = ${count ?? "NULL"}).`,
        );
      }
      return bindSignature(call, { params: [int], returns: INT, nullable: false }, "CAST(ntile!($1) AS INTEGER)");
    },
  },
  {
    kind: "window",
    names: ["nth_value"],
    category,
    bind: (call) => {
      const bound = bindSignature(
        call,
        { params: [anything, int], returns: sameAs(0), nullable: true },
        "nth_value!($1, $2)",
      );
      const offset = expressionAt(call, 1);
      if (!isFoldable(offset)) throw notFoldable(call, 1, "offset");
      const count = offset.type.kind === "void" ? null : integerOf(offset);
      if (count === null || (count !== undefined && count < 1)) {
        throw call.error(
          "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
          `Cannot resolve "nth_value" due to data type mismatch: the offset must be between (0, 9223372036854775807] (current value = ${count ?? "NULL"}).`,
        );
      }
      return bound;
    },
  },
  offset("lag"),
  offset("lead"),
];
