import type { DuckDBScalarFunction, DuckDBValue } from "@duckdb/node-api";
import type { DataType } from "../core/data-type.ts";
import { BoathouseError, messageOf } from "../core/errors.ts";
import type { Value } from "../core/value.ts";
import { fromDuckDb, nativeType, toDuckDb, type DuckDbLibrary } from "./values.ts";

/**
 * A function of SQL that is written in JavaScript: about 0.7 µs a row against 0.05 µs for DuckDB's own, on the one
 * thread of JavaScript. Synchronous. A `BoathouseError` it throws is what the statement fails with.
 */
export interface ScalarFunction {
  readonly name: string;
  readonly parameters: readonly DataType[];
  /** The type of any number of further arguments. */
  readonly variadic?: DataType;
  readonly result: DataType;
  /** Gives another result for the same arguments. */
  readonly volatile?: boolean;
  /** `propagate` (the default): null when any argument is, without a call. `pass`: called with nulls. */
  readonly nulls?: "propagate" | "pass";
  readonly call: (...values: Value[]) => Value;
}

export function buildScalarFunction(
  definition: ScalarFunction,
  duckdb: DuckDbLibrary,
  zone: string,
): DuckDBScalarFunction {
  const { name, call } = definition;
  const parameterTypes = definition.parameters.map((each) => nativeType(each, duckdb));
  const variadic = definition.variadic === undefined ? undefined : nativeType(definition.variadic, duckdb);
  const convert = [...parameterTypes, ...(variadic === undefined ? [] : [variadic])].map((each) =>
    fromDuckDb(each, duckdb, zone),
  );
  const toResult = toDuckDb(definition.result, duckdb);
  const propagate = definition.nulls !== "pass";
  return duckdb.DuckDBScalarFunction.create({
    name,
    parameterTypes,
    returnType: nativeType(definition.result, duckdb),
    ...(variadic === undefined ? {} : { varArgsType: variadic }),
    specialHandling: true,
    volatile: definition.volatile ?? false,
    mainFunction(info, input, output) {
      try {
        const columns: (readonly Value[] | readonly DuckDBValue[])[] = [];
        for (let column = 0; column < input.columnCount; column += 1) {
          const values = input.getColumnValues(column);
          const converter = convert[Math.min(column, convert.length - 1)];
          columns.push(converter === undefined ? values : values.map(converter));
        }
        for (let row = 0; row < input.rowCount; row += 1) {
          const values = columns.map((column) => asValue(column[row]));
          output.setItem(row, propagate && values.includes(null) ? null : toResult(call(...values)));
        }
        output.flush();
      } catch (error) {
        info.setError(raise(name, error));
      }
    },
  });
}

/** Columns without a converter hold plain values only. */
function asValue(value: Value | DuckDBValue | undefined): Value {
  return value === undefined ? null : (value as Value);
}

function raise(name: string, error: unknown): string {
  if (error instanceof BoathouseError) return `[${error.code}] ${error.message}`;
  return `[INTERNAL_ERROR] The function ${name} failed: ${messageOf(error)}`;
}
