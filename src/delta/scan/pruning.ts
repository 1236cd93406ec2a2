import type { DataType, StructType } from "../../core/data-type.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { physicalName, type MappingMode } from "../schema/column-mapping.ts";
import { hasRange, type StatsShape } from "./column-stats.ts";
import type { ColumnPath, Comparison, Constant, Predicate } from "./predicate.ts";

/** What a list of files knows of its columns. */
export interface PruningColumns {
  readonly schema: StructType;
  readonly mode: MappingMode;
  /** Physical names. */
  readonly partitions: ReadonlyMap<string, DataType>;
  readonly shape: StatsShape;
  /** Columns (`keyOf`) of which every file's range is known. DuckDB then passes over parts of the list by its own statistics. */
  readonly ranged?: ReadonlySet<string>;
}

/** The physical paths of the columns whose ranges a predicate compares, by `keyOf`. */
export function comparedColumns(predicate: Predicate, columns: PruningColumns): ReadonlyMap<string, readonly string[]> {
  switch (predicate.kind) {
    case "and":
    case "or":
      return new Map(predicate.operands.flatMap((each) => [...comparedColumns(each, columns)]));
    case "not":
      return comparedColumns(predicate.operand, columns);
    case "compare":
    case "in": {
      const column = resolve(predicate.column, columns);
      const isRanged = column !== undefined && columns.shape.hasRange(column.path) && hasRange(column.type);
      return new Map(isRanged ? [[keyOf(column.path), column.path]] : []);
    }
    default:
      return new Map();
  }
}

function keyOf(path: readonly string[]): string {
  return JSON.stringify(path);
}

/**
 * A DuckDB condition over rows of the list (`part`, `stat`), never null: false only where no row of the file can make
 * the predicate true. Statistics may be missing, wide (deletion vectors) or, for text and timestamps, rounded outwards.
 */
export function mayMatch(predicate: Predicate, columns: PruningColumns): string {
  return condition(predicate, columns, false);
}

/** `negated`: whether the predicate can be false, which is what `NOT` asks. */
function condition(predicate: Predicate, columns: PruningColumns, negated: boolean): string {
  switch (predicate.kind) {
    case "and":
    case "or": {
      const parts = predicate.operands.map((each) => condition(each, columns, negated));
      const both = (predicate.kind === "and") !== negated;
      if (parts.length === 0) return both ? "true" : "false";
      return `(${parts.join(both ? " AND " : " OR ")})`;
    }
    case "not":
      return condition(predicate.operand, columns, !negated);
    case "true":
      return negated ? "false" : "true";
    case "false":
      return negated ? "true" : "false";
    case "unknown":
      return "true";
    default:
      return leaf(predicate, columns, negated);
  }
}

type Leaf = Extract<Predicate, { readonly column: ColumnPath }>;

function leaf(predicate: Leaf, columns: PruningColumns, negated: boolean): string {
  const column = resolve(predicate.column, columns);
  if (column === undefined) return "true";
  const [name = ""] = column.path;
  if (column.path.length === 1 && columns.partitions.has(name)) {
    const exact = exactCondition(predicate, `part.${quoteIdentifier(name)}`);
    return `coalesce(${negated ? `NOT (${exact})` : exact}, false)`;
  }
  return statsCondition(predicate, new ColumnRange(column, columns), negated);
}

/** The predicate itself, over the one value that all rows of a file have. */
function exactCondition(predicate: Leaf, value: string): string {
  switch (predicate.kind) {
    case "compare": {
      const { op } = predicate;
      if (op === "<=>") return `${value} IS NOT DISTINCT FROM ${predicate.value.sql}`;
      return `${value} ${op} ${predicate.value.sql}`;
    }
    case "in":
      if (predicate.values.length === 0) return "false";
      return `${value} IN (${predicate.values.map(({ sql }) => sql).join(", ")})`;
    case "startsWith":
      return `starts_with(${value}, ${quoteString(predicate.prefix)})`;
    case "isNull":
      return `${value} IS NULL`;
    case "isNotNull":
      return `${value} IS NOT NULL`;
  }
}

function statsCondition(predicate: Leaf, range: ColumnRange, negated: boolean): string {
  switch (predicate.kind) {
    case "isNull":
      return negated ? range.hasValues() : range.hasNulls();
    case "isNotNull":
      return negated ? range.hasNulls() : range.hasValues();
    case "compare": {
      const { op, value } = predicate;
      if (op === "<=>") {
        if (negated) return "true";
        return `(${range.compare("=", value)} OR (${value.sql} IS NULL AND ${range.hasNulls()}))`;
      }
      return range.compare(negated ? NEGATED[op] : op, value);
    }
    case "in":
      if (predicate.values.length === 0) return negated ? "true" : "false";
      if (negated) return range.hasValues();
      return `(${predicate.values.map((value) => range.compare("=", value)).join(" OR ")})`;
    case "startsWith":
      return negated ? range.hasValues() : range.startsWith(predicate.prefix);
  }
}

const NEGATED: Readonly<Record<Exclude<Comparison, "<=>">, Exclude<Comparison, "<=>">>> = {
  "=": "!=",
  "!=": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

/** What a file's statistics say of one column. */
class ColumnRange {
  readonly #min: string | undefined;
  readonly #max: string | undefined;
  readonly #nulls: string | undefined;
  readonly #exact: boolean;
  readonly #known: boolean;

  constructor(column: ResolvedColumn, { shape, ranged }: PruningColumns) {
    const path = column.path.map(quoteIdentifier).join(".");
    if (shape.hasRange(column.path) && hasRange(column.type)) {
      this.#min = `stat."minValues".${path}`;
      // Timestamps are cut to milliseconds, downwards.
      const isTime = column.type.kind === "timestamp" || column.type.kind === "timestamp_ntz";
      this.#max = `stat."maxValues".${path}${isTime ? " + INTERVAL 1 MILLISECOND" : ""}`;
    }
    this.#nulls = shape.hasNullCount(column.path) ? `stat."nullCount".${path}` : undefined;
    this.#known = ranged?.has(keyOf(column.path)) === true;
    this.#exact = ["byte", "short", "int", "long", "date"].includes(column.type.kind);
  }

  hasNulls(): string {
    return this.#nulls === undefined ? "true" : `coalesce(${this.#nulls} > 0, true)`;
  }

  hasValues(): string {
    return this.#nulls === undefined ? "true" : `coalesce(${this.#nulls} < stat."numRecords", true)`;
  }

  compare(op: Exclude<Comparison, "<=>">, value: Constant): string {
    if (this.#min === undefined || this.#max === undefined) return this.hasValues();
    const bounds = this.#bounds(op, `(${value.sql})`);
    const fits = this.#known ? bounds : `coalesce(${bounds}, true)`;
    return `(${fits} AND (${value.sql}) IS NOT NULL AND ${this.hasValues()})`;
  }

  startsWith(prefix: string): string {
    if (this.#min === undefined || this.#max === undefined || prefix === "") return this.hasValues();
    const text = quoteString(prefix);
    const fits = `left(${this.#min}, ${Array.from(prefix).length}) <= ${text} AND ${this.#max} >= ${text}`;
    return `(coalesce(${fits}, true) AND ${this.hasValues()})`;
  }

  #bounds(op: Exclude<Comparison, "<=>">, value: string): string {
    const min = this.#min ?? "NULL";
    const max = this.#max ?? "NULL";
    switch (op) {
      case "=":
        return `${min} <= ${value} AND ${max} >= ${value}`;
      case "!=":
        return this.#exact ? `NOT (${min} = ${value} AND ${max} = ${value})` : "true";
      case "<":
        return `${min} < ${value}`;
      case "<=":
        return `${min} <= ${value}`;
      case ">":
        return `${max} > ${value}`;
      case ">=":
        return `${max} >= ${value}`;
    }
  }
}

interface ResolvedColumn {
  /** Physical names. */
  readonly path: readonly string[];
  readonly type: DataType;
}

function resolve(path: ColumnPath, columns: PruningColumns): ResolvedColumn | undefined {
  let type: DataType = columns.schema;
  const physical: string[] = [];
  for (const part of path) {
    if (type.kind !== "struct") return undefined;
    const field: StructType["fields"][number] | undefined = type.fields.find(
      ({ name }) => name.toLowerCase() === part.toLowerCase(),
    );
    if (field === undefined) return undefined;
    physical.push(physicalName(field, columns.mode));
    type = field.type;
  }
  return { path: physical, type };
}
