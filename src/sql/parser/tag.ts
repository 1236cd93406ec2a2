import { STRING } from "../../core/data-type.ts";
import type { AlterAction, AlterStatement } from "../ast/alter.ts";
import type { Property } from "../ast/definition.ts";
import type { Name } from "../ast/node.ts";
import type { Cursor } from "./cursor.ts";
import { acceptObjectKind } from "./object-kind.ts";
import { literal } from "./literal.ts";
import { propertyKey } from "./property.ts";
import { objectName } from "./relation.ts";

/** `SET TAG ON kind name tag [= value]`: the words of `ALTER kind name SET TAGS` in another order. SET was stepped over. */
export function setTag(c: Cursor, start: number): AlterStatement {
  c.expect("TAG", "ON");
  return tagged(c, start, (at) => {
    const key = propertyKey(c);
    const valueAt = c.accept("=") ? c.start : undefined;
    const value = valueAt === undefined ? undefined : literal(STRING, propertyKey(c), c.span(valueAt));
    const tag: Property = { kind: "property", span: c.span(at), key, value };
    return { kind: "set_tags", span: tag.span, tags: [tag] };
  });
}

/** `UNSET TAG ON kind name tag`. */
export function unsetTag(c: Cursor): AlterStatement {
  const { start } = c;
  c.expect("UNSET", "TAG", "ON");
  return tagged(c, start, (at) => {
    const tags = [propertyKey(c)];
    return { kind: "unset_tags", span: c.span(at), tags };
  });
}

type TagAction = Extract<AlterAction, { readonly kind: "set_tags" | "unset_tags" }>;

function tagged(c: Cursor, start: number, action: (at: number) => TagAction): AlterStatement {
  const object = acceptObjectKind(c) ?? c.fail("CATALOG, SCHEMA, TABLE, VIEW, VOLUME or COLUMN");
  const name = objectName(c, "a name");
  const found = action(c.start);
  const base = { kind: "alter", partition: undefined } as const;
  if (object !== "column") return { ...base, span: c.span(start), object, name, action: found };
  if (name.kind !== "name" || name.parts.length < 2) return c.fail("the name of a table and its column");
  // The column is the last part: the others name its table.
  const parts = name.parts.slice(0, -1);
  const end = parts.at(-1)?.span.end ?? name.span.end;
  const table: Name = { kind: "name", span: { start: name.span.start, end }, parts };
  const column: Name = { kind: "name", span: name.parts.at(-1)?.span ?? name.span, parts: name.parts.slice(-1) };
  const { span } = found;
  const change =
    found.kind === "set_tags"
      ? ({ kind: "set_column_tags", span, tags: found.tags } as const)
      : ({ kind: "unset_column_tags", span, tags: found.tags } as const);
  const columns = [{ kind: "alter_column", span, column, change }] as const;
  return {
    ...base,
    span: c.span(start),
    object: "table",
    name: table,
    action: { kind: "alter_columns", span, columns },
  };
}
