import { field, struct, type StructField } from "../../core/data-type.ts";
import type { Star } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression, CallExpression } from "../bound.ts";
import { structNames } from "../types/duckdb-type.ts";
import { failure, unsupported } from "./analysis.ts";
import type { Env } from "./env.ts";

interface Item {
  readonly name: string;
  readonly expression: BoundExpression;
}

/**
 * `* EXCEPT (a, t.b, s.f)`: columns are left out, and fields of structs at any depth.
 * Throws UNRESOLVED_COLUMN for what is not there, EXCEPT_OVERLAPPING_COLUMNS for what is named twice.
 */
export function withoutExcepted<T extends Item>(
  items: readonly T[],
  star: Star,
  isQualifier: (item: T, parts: readonly string[]) => boolean,
  env: Env,
): T[] {
  const paths = star.except.map((name) => ({
    span: name.span,
    ...found(
      items,
      name.parts.map((part) => part.name),
      name.span,
      isQualifier,
      env,
    ),
  }));
  const written = star.except.map((name) => name.parts.map((part) => part.name).join("."));
  paths.forEach((path, index) => {
    if (
      paths.some(
        (other, before) => before !== index && other.item === path.item && startsWith(path.fields, other.fields),
      )
    )
      throw failure(
        env.analysis,
        star.span,
        "EXCEPT_OVERLAPPING_COLUMNS",
        `Columns in an EXCEPT list must be distinct and non-overlapping, but got (${written.join(", ")}).`,
        { sqlState: "42702" },
      );
  });
  return items.flatMap((item): readonly T[] => {
    const own = paths.filter((path) => path.item === item);
    if (own.some((path) => path.fields.length === 0)) return [];
    if (own.length === 0) return [item];
    return [
      {
        ...item,
        expression: withoutFields(
          item.expression,
          own.map((path) => path.fields),
          star.span,
          env,
        ),
      },
    ];
  });
}

function startsWith(fields: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((name, index) => fields[index]?.toLowerCase() === name.toLowerCase());
}

/** The item that a name means, by the longest qualifier before it, and the fields behind it. */
function found<T extends Item>(
  items: readonly T[],
  parts: readonly string[],
  span: Span,
  isQualifier: (item: T, parts: readonly string[]) => boolean,
  env: Env,
): { readonly item: T; readonly fields: readonly string[] } {
  for (let length = parts.length - 1; length >= 0; length -= 1) {
    const wanted = parts[length]?.toLowerCase();
    const item = items.find(
      (each) => each.name.toLowerCase() === wanted && (length === 0 || isQualifier(each, parts.slice(0, length))),
    );
    const fields = parts.slice(length + 1);
    if (item !== undefined && (fields.length === 0 || item.expression.type.kind === "struct")) return { item, fields };
  }
  const known = items.map((each) => `\`${each.name}\``).join(", ");
  throw failure(
    env.analysis,
    span,
    "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    `A column, variable, or function parameter with name \`${parts.join("`.`")}\` cannot be resolved. Did you mean one of the following? [${known}].`,
  );
}

/** A struct without the fields at the end of the paths. */
function withoutFields(
  base: BoundExpression,
  paths: readonly (readonly string[])[],
  span: Span,
  env: Env,
): BoundExpression {
  const { type } = base;
  if (type.kind !== "struct")
    throw unsupported(env.analysis, span, "EXCEPT with a field of something that is no struct");
  for (const [name = ""] of paths) {
    if (type.fields.some((each) => each.name.toLowerCase() === name.toLowerCase())) continue;
    const known = type.fields.map((each) => `\`${each.name}\``).join(", ");
    throw failure(env.analysis, span, "FIELD_NOT_FOUND", `No such struct field \`${name}\` in ${known}.`);
  }
  const kept = type.fields.flatMap((each, index): readonly { field: StructField; value: BoundExpression }[] => {
    const own = paths.filter(([name]) => name?.toLowerCase() === each.name.toLowerCase()).map(([, ...rest]) => rest);
    if (own.some((rest) => rest.length === 0)) return [];
    const value: BoundExpression = {
      kind: "field",
      operand: base,
      index,
      name: each.name,
      type: each.type,
      nullable: base.nullable || each.nullable,
      span,
    };
    const reduced = own.length === 0 ? value : withoutFields(value, own, span, env);
    return [{ field: field(each.name, reduced.type, each.nullable), value: reduced }];
  });
  if (kept.length === 0) throw unsupported(env.analysis, span, "EXCEPT with every field of a struct");
  const reduced = struct(kept.map((each) => each.field));
  const names = structNames(reduced.fields);
  const call: CallExpression = {
    kind: "call",
    name: "update_fields",
    args: [base, ...kept.map((each) => each.value)],
    type: reduced,
    nullable: base.nullable,
    deterministic: true,
    lower: ([whole = "NULL", ...values], _, tools) => {
      const parts = values.map((value, index) => `${tools.text(names[index] ?? "")}: ${value}`);
      return `CASE WHEN ${whole} IS NOT NULL THEN {${parts.join(", ")}} END`;
    },
    span,
  };
  return call;
}
