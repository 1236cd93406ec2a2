import type { StructType } from "../../core/data-type.ts";
import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import { partsOf } from "../ast/node.ts";
import type { Query } from "../ast/query.ts";
import type { CursorStatement, DeclareCursor } from "../ast/script.ts";
import { parseExpression, parseStatement } from "../parser/parse.ts";
import { scriptError, type Place, type ScriptHost } from "./host.ts";
import { literalSql } from "./literal-sql.ts";
import { markersOf, withValues } from "./markers.ts";
import { assignedValues, valueOf } from "./query.ts";
import type { Scope } from "./scope.ts";
import { assign, targetsOf } from "./variables.ts";

/** A cursor of a block: its query, and while it is open the rows that are left. */
export interface ScriptCursor {
  readonly declaration: DeclareCursor;
  open: { readonly schema: StructType; readonly rows: AsyncIterator<readonly Value[]> } | undefined;
}

/** `OPEN`, `FETCH … INTO`, `CLOSE`. Gives the condition `CURSOR_NO_MORE_ROWS` (02000) where FETCH finds no row. */
export async function cursorStatement<Result>(
  node: CursorStatement,
  host: ScriptHost<Result>,
  at: Place,
): Promise<BoathouseError | undefined> {
  const { cursor, scope } = findCursor(node, at);
  const { span } = node.name;
  const shown = partsOf(node.name).join(".");
  if (node.action === "open") {
    if (cursor.open !== undefined) {
      throw scriptError(
        at,
        span,
        "CURSOR_ALREADY_OPEN",
        `The cursor \`${shown}\` is open already.`,
        `CLOSE ${shown} first.`,
      );
    }
    const place = { ...at, scope };
    const { query, text } = await boundQuery(cursor.declaration, node, host, at);
    const { schema, rows } = await host.rows(query, { ...place, text });
    cursor.open = { schema, rows: rows[Symbol.asyncIterator]() };
    return undefined;
  }
  const { open } = cursor;
  if (open === undefined) {
    throw scriptError(at, span, "CURSOR_NOT_OPEN", `The cursor \`${shown}\` is not open.`, `OPEN ${shown} first.`);
  }
  if (node.action === "close") {
    cursor.open = undefined;
    await open.rows.return?.();
    return undefined;
  }
  const targets = await targetsOf(node.into, host, at);
  const { fields } = open.schema;
  if (fields.length !== targets.length) {
    const message = `The number of columns or variables assigned or aliased: ${targets.length} does not match the number of source expressions: ${fields.length}.`;
    throw scriptError(at, node.span, "ASSIGNMENT_ARITY_MISMATCH", message);
  }
  const next = await open.rows.next();
  if (next.done === true) {
    const location = locationOf(at.text, node.span.start, node.span.end, at.file);
    const message = `The cursor \`${shown}\` has no more rows.`;
    return new BoathouseError("CURSOR_NO_MORE_ROWS", message, { sqlState: "02000", location, source: at.text });
  }
  const items = targets.map((target, index) => {
    const sql = literalSql(next.value[index] ?? null, fields[index]?.type ?? { kind: "void" });
    return { expression: parseExpression(sql), type: target.variable.type };
  });
  assign(targets, await assignedValues(items, node.span, host, at));
  return undefined;
}

/** The cursors of a block end with it. */
export async function closeCursors(scope: Scope): Promise<void> {
  for (const cursor of scope.cursors.values()) {
    await cursor.open?.rows.return?.();
    cursor.open = undefined;
  }
}

function findCursor(node: CursorStatement, at: Place): { readonly cursor: ScriptCursor; readonly scope: Scope } {
  const [label, name] = node.name.parts.length > 1 ? partsOf(node.name) : [undefined, ...partsOf(node.name)];
  for (let scope = at.scope; scope !== undefined; scope = scope.parent) {
    const cursor = scope.cursors.get((name ?? "").toLowerCase());
    if (cursor !== undefined && (label === undefined || label.toLowerCase() === scope.label)) return { cursor, scope };
  }
  throw scriptError(
    at,
    node.name.span,
    "CURSOR_NOT_FOUND",
    `The cursor \`${partsOf(node.name).join(".")}\` is not declared.`,
  );
}

/** The query with the values of `OPEN … USING` in the places of its markers. */
async function boundQuery<Result>(
  { query }: DeclareCursor,
  node: CursorStatement,
  host: ScriptHost<Result>,
  at: Place,
): Promise<{ readonly query: Query; readonly text: string }> {
  if (node.using.length === 0) return { query, text: at.text };
  const args: { readonly name: string | undefined; readonly sql: string }[] = [];
  for (const { expression, aliases } of node.using) {
    const { type, value } = await valueOf(expression, host, at);
    args.push({ name: aliases[0]?.name.toLowerCase(), sql: literalSql(value, type) });
  }
  const template = at.text.slice(query.span.start, query.span.end);
  const text = withValues(template, markersOf(template), ({ name }, index) => {
    return (name === undefined ? args[index] : args.find((each) => each.name === name.toLowerCase()))?.sql;
  });
  const statement = parseStatement(text);
  return { query: statement.kind === "query" ? statement : query, text };
}
