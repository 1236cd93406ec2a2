import { field, sameType, struct, type DataType, type StructField, type StructType } from "../../core/data-type.ts";
import type { Expression, ObjectName } from "../ast/expression.ts";
import { partsOf, type Name, type Span } from "../ast/node.ts";
import type { Merge } from "../ast/statement.ts";
import type { BoundExpression, Column } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { quoteIdentifier } from "../quote.ts";
import type { Relation } from "../resolver.ts";
import { structNames } from "../types/duckdb-type.ts";
import { unsupported } from "./analysis.ts";
import type { Env } from "./env.ts";
import type { Scope } from "./scope.ts";

/** WITH SCHEMA EVOLUTION: the target takes columns and types from the rows that it is given, before anything else is bound. */
export function evolvedTarget(target: Relation, given: StructType, span: Span, env: Env): Relation {
  const { analysis } = env;
  const { resolver } = analysis.statement;
  if (resolver.evolved === undefined) throw unsupported(analysis, span, "WITH SCHEMA EVOLUTION");
  return resolver.evolved(target, given);
}

/** The columns of rows, as far as a table can have them; the first of several of a name. */
export function columnsGiven(columns: readonly Pick<Column, "name" | "type">[]): StructType {
  const seen = new Set<string>();
  return struct(
    columns.flatMap(({ name, type }) => {
      if (type.kind === "void" || seen.has(name.toLowerCase())) return [];
      seen.add(name.toLowerCase());
      return [field(name, type)];
    }),
  );
}

/**
 * The columns of the source that the target of a MERGE takes over: with `*` all of them, else those that a clause writes
 * into a column of their own name. What is a struct, array or map in the target already grows by `*` alone.
 */
export function columnsMerged(node: Merge, target: Relation, source: Scope): StructType {
  const wanted = new Set<string>();
  for (const { action } of node.clauses) {
    switch (action.kind) {
      case "merge_update_star":
      case "merge_insert_star": {
        const except = new Set(action.except.map((name) => partsOf(name).at(-1)?.toLowerCase()));
        for (const { column } of source.visible) {
          const name = column.name.toLowerCase();
          if (!except.has(name)) wanted.add(name);
        }
        break;
      }
      case "merge_update":
        for (const each of action.assignments) {
          if (isColumnOf(each.target, node)) own(partsOf(each.target).at(-1), each.value, target, wanted);
        }
        break;
      case "merge_insert":
        for (const [index, name] of action.columns.entries()) {
          if (isColumnOf(name, node)) own(partsOf(name).at(-1), action.values[index], target, wanted);
        }
        break;
      default:
    }
  }
  const columns = source.visible.map(({ column }) => column);
  return columnsGiven(columns.filter(({ name }) => wanted.has(name.toLowerCase())));
}

/** A value with the fields of the column's type, by name: those that it does not have are null. */
export function alignedValue(value: BoundExpression, to: DataType): BoundExpression {
  const from = value.type;
  const type = alignedType(from, to);
  if (sameType(from, type)) return value;
  return {
    kind: "call",
    name: "align_fields",
    args: [value],
    type,
    nullable: value.nullable,
    deterministic: true,
    lower: ([sql = ""], _, tools) => alignedSql(sql, from, type, tools),
    ...(value.span === undefined ? {} : { span: value.span }),
  };
}

/** `t.a`, `a`: a column of the target and no field of one. */
function isColumnOf(name: Name, node: Merge): boolean {
  const parts = partsOf(name);
  const alias = node.targetAlias?.name.name ?? lastOf(node.target);
  return parts.length === 1 || (parts.length === 2 && parts[0]?.toLowerCase() === alias?.toLowerCase());
}

function lastOf(name: ObjectName): string | undefined {
  return name.kind === "name" ? partsOf(name).at(-1) : undefined;
}

function own(name: string | undefined, value: Expression | undefined, target: Relation, wanted: Set<string>): void {
  if (name === undefined || value?.kind !== "column") return;
  if (value.parts.at(-1)?.name.toLowerCase() !== name.toLowerCase()) return;
  const there = findNamed(target.schema.fields, name);
  if (there === undefined || !["struct", "array", "map"].includes(there.type.kind)) wanted.add(name.toLowerCase());
}

function findNamed(fields: readonly StructField[], name: string): StructField | undefined {
  return fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
}

function alignedType(from: DataType, to: DataType): DataType {
  if (from.kind === "struct" && to.kind === "struct") {
    return struct(
      to.fields.map((each) => {
        const given = findNamed(from.fields, each.name);
        return field(each.name, given === undefined ? each.type : alignedType(given.type, each.type));
      }),
    );
  }
  if (from.kind === "array" && to.kind === "array") return { ...from, element: alignedType(from.element, to.element) };
  if (from.kind === "map" && to.kind === "map") {
    return { ...from, key: alignedType(from.key, to.key), value: alignedType(from.value, to.value) };
  }
  return from;
}

function alignedSql(sql: string, from: DataType, to: DataType, tools: LoweringTools): string {
  if (sameType(from, to)) return sql;
  if (from.kind === "struct" && to.kind === "struct") {
    const [given, names] = [structNames(from.fields), structNames(to.fields)];
    return tools.once(sql, (value) => {
      const fields = to.fields.map((each, index) => {
        const place = from.fields.findIndex((other) => other.name.toLowerCase() === each.name.toLowerCase());
        const found = from.fields[place];
        const inner =
          found === undefined
            ? `CAST(NULL AS ${tools.typeName(each.type)})`
            : alignedSql(`${value}.${quoteIdentifier(given[place] ?? "")}`, found.type, each.type, tools);
        return `${tools.text(names[index] ?? "")}: ${inner}`;
      });
      return `CASE WHEN ${value} IS NOT NULL THEN {${fields.join(", ")}} END`;
    });
  }
  if (from.kind === "array" && to.kind === "array") {
    const item = tools.fresh("item");
    return `list_transform(${sql}, lambda ${item}: ${alignedSql(item, from.element, to.element, tools)})`;
  }
  if (from.kind === "map" && to.kind === "map") {
    const item = tools.fresh("item");
    const key = alignedSql(`${item}."key"`, from.key, to.key, tools);
    const value = alignedSql(`${item}."value"`, from.value, to.value, tools);
    return tools.once(
      sql,
      (map) =>
        `CASE WHEN ${map} IS NOT NULL THEN map_from_entries(list_transform(map_entries(${map}), lambda ${item}: {'key': ${key}, 'value': ${value}})) END`,
    );
  }
  return sql;
}
