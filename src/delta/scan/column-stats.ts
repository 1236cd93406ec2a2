import type { DataType, StructType } from "../../core/data-type.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { schemaFromJson } from "../../core/schema-json.ts";
import type { MetadataAction } from "../actions.ts";
import { mappingMode, physicalName } from "../schema/column-mapping.ts";
import { wasFloat } from "../schema/type-widening.ts";

/** A column of values that cannot be taken apart: what statistics are kept for. */
export interface LeafColumn {
  /** Names from the outermost struct inwards. */
  readonly path: readonly string[];
  readonly type: DataType;
  /** Was it a FLOAT? Statistics of older files are texts of the shorter numbers, which are others as DOUBLE. */
  readonly inexact?: boolean;
}

/** Leaves in the order of the schema, through structs but not into arrays and maps, which have no statistics. */
function leafColumns(schema: StructType, parent: readonly string[] = []): LeafColumn[] {
  return schema.fields.flatMap((field) => {
    const path = [...parent, field.name];
    if (field.type.kind === "struct") return leafColumns(field.type, path);
    return [{ path, type: field.type, ...(wasFloat(field) ? { inexact: true } : {}) }];
  });
}

/**
 * The columns that statistics are collected for: `delta.dataSkippingStatsColumns` when it is set, else the first
 * `delta.dataSkippingNumIndexedCols` leaves (32 by default, -1: all).
 */
export function indexedColumns(dataColumns: StructType, metadata: MetadataAction): LeafColumn[] {
  const leaves = leafColumns(dataColumns);
  const named = metadata.configuration["delta.dataSkippingStatsColumns"];
  if (named !== undefined) {
    const wanted = splitColumnList(named).flatMap((path) => [path, physicalPath(path, metadata)]);
    return leaves.filter(({ path }) => wanted.some((prefix) => isPrefix(prefix, path)));
  }
  const count = Number(metadata.configuration["delta.dataSkippingNumIndexedCols"] ?? DEFAULT_INDEXED);
  return count < 0 || !Number.isSafeInteger(count) ? leaves : leaves.slice(0, count);
}

/** Types that have a smallest and a largest value in statistics. */
export function hasRange(type: DataType): boolean {
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
    case "long":
    case "float":
    case "double":
    case "decimal":
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return true;
    case "string":
      return type.collation === undefined;
    default:
      return false;
  }
}

/**
 * The shape of typed statistics in the state table: `numRecords`, `tightBounds` and, for the indexed columns,
 * `minValues`, `maxValues`, `nullCount`.
 */
export class StatsShape {
  readonly #ranges: ShapeNode;
  readonly #nulls: ShapeNode;

  constructor(columns: readonly LeafColumn[]) {
    this.#ranges = shapeOf(
      columns.filter(({ type, inexact }) => hasRange(type) && inexact !== true && isExactInJson(type)),
    );
    const counted = columns.filter(({ type }) => type.kind !== "array" && type.kind !== "map");
    this.#nulls = shapeOf(counted.map(({ path }) => ({ path, type: { kind: "long" } })));
  }

  hasRange(path: readonly string[]): boolean {
    return has(this.#ranges, path);
  }

  hasNullCount(path: readonly string[]): boolean {
    return has(this.#nulls, path);
  }

  /** As a DuckDB type. */
  get type(): string {
    return structType(this.#parts());
  }

  /** As the structure that DuckDB's `from_json` takes. */
  get jsonStructure(): string {
    return JSON.stringify(jsonStructure(this.#parts()));
  }

  #parts(): ShapeNode {
    const parts: [string, DataType | ShapeNode][] = [
      ["numRecords", { kind: "long" }],
      ["tightBounds", { kind: "boolean" }],
    ];
    if (this.#ranges.size > 0) parts.push(["minValues", this.#ranges], ["maxValues", this.#ranges]);
    if (this.#nulls.size > 0) parts.push(["nullCount", this.#nulls]);
    return new Map(parts);
  }
}

const DEFAULT_INDEXED = 32;

type ShapeNode = ReadonlyMap<string, DataType | ShapeNode>;

/** DuckDB reads a JSON number with a fraction as a double, which holds 15 decimal digits for certain. */
function isExactInJson(type: DataType): boolean {
  return type.kind !== "decimal" || type.precision <= 15;
}

function shapeOf(columns: readonly LeafColumn[]): ShapeNode {
  const groups = new Map<string, LeafColumn[]>();
  for (const { path, type } of columns) {
    const [head = "", ...rest] = path;
    groups.set(head, [...(groups.get(head) ?? []), { path: rest, type }]);
  }
  const node = new Map<string, DataType | ShapeNode>();
  for (const [name, members] of groups) {
    const [first] = members;
    node.set(name, first?.path.length === 0 ? first.type : shapeOf(members));
  }
  return node;
}

function has(node: ShapeNode, path: readonly string[]): boolean {
  const [head = "", ...rest] = path;
  const child = node.get(head);
  if (child === undefined) return false;
  return isNode(child) ? rest.length > 0 && has(child, rest) : rest.length === 0;
}

function structType(node: ShapeNode): string {
  const fields = [...node].map(
    ([name, child]) => `${quoteIdentifier(name)} ${isNode(child) ? structType(child) : duckDbType(child)}`,
  );
  return `STRUCT(${fields.join(", ")})`;
}

function jsonStructure(node: ShapeNode): object {
  return Object.fromEntries(
    [...node].map(([name, child]) => [name, isNode(child) ? jsonStructure(child) : duckDbType(child)]),
  );
}

function isNode(child: DataType | ShapeNode): child is ShapeNode {
  return child instanceof Map;
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return (
    prefix.length <= path.length && prefix.every((part, index) => part.toLowerCase() === path[index]?.toLowerCase())
  );
}

/** The path as files have it: the property names columns as the table does. */
function physicalPath(path: readonly string[], metadata: MetadataAction): string[] {
  const mode = mappingMode(metadata);
  let fields = mode === "none" ? [] : schemaFromJson(metadata.schemaString).fields;
  return path.map((name) => {
    const found = fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
    fields = found?.type.kind === "struct" ? found.type.fields : [];
    return found === undefined ? name : physicalName(found, mode);
  });
}

/** `a, b.c, `d.e`` → paths. */
export function splitColumnList(text: string): string[][] {
  const paths: string[][] = [];
  for (const item of text.match(/(?:`(?:[^`]|``)*`|[^,`])+/g) ?? []) {
    const parts = item.trim().match(/`(?:[^`]|``)*`|[^.`]+/g) ?? [];
    paths.push(parts.map((part) => (part.startsWith("`") ? part.slice(1, -1).replaceAll("``", "`") : part.trim())));
  }
  return paths;
}
