import type { Node, Span } from "../sql/ast/node.ts";
import type { Query, Select } from "../sql/ast/query.ts";
import { lookupFunction } from "../sql/functions/registry.ts";

/** What a query asks of a stream that a micro-batch cannot answer, because the answer depends on rows of others. */
export interface BeyondBatch {
  readonly what: string;
  readonly span: Span;
}

/** Finds the first such thing: every micro-batch would give an answer of its own, and all of them would be kept. */
export function beyondBatch(query: Query, streaming: ReadonlySet<string> = new Set()): BeyondBatch | undefined {
  const known = new Set(streaming);
  for (const { name, query: common } of query.with?.tables ?? []) {
    const found = beyondBatch(common, known);
    if (found !== undefined) return found;
    if (streamsOf(common, known) > 0) known.add(name.name.toLowerCase());
  }
  if (streamsOf(query.body, known) > 0) {
    const [sorted] = [...query.orderBy, ...query.sortBy];
    if (sorted !== undefined) return { what: "ORDER BY", span: sorted.span };
    const cut = query.limit ?? query.offset;
    if (cut !== undefined) return { what: "LIMIT", span: cut.span };
  }
  return inBody(query.body, known);
}

function inBody(body: Query["body"], streaming: ReadonlySet<string>): BeyondBatch | undefined {
  switch (body.kind) {
    case "query":
      return beyondBatch(body, streaming);
    case "set_operation":
      if (!(body.operator === "union" && body.all) && streamsOf(body, streaming) > 0) {
        return { what: body.operator.toUpperCase(), span: body.span };
      }
      return inBody(body.left, streaming) ?? inBody(body.right, streaming);
    case "select":
      return inSelect(body, streaming);
    default:
      return undefined;
  }
}

function inSelect(select: Select, streaming: ReadonlySet<string>): BeyondBatch | undefined {
  for (const each of queriesIn(select.from)) {
    const found = beyondBatch(each, streaming);
    if (found !== undefined) return found;
  }
  const streams = streamsOf(select.from, streaming);
  if (streams === 0) return undefined;
  if (streams > 1) return { what: "a join of two streams", span: select.span };
  if (select.groupBy !== undefined) return { what: "GROUP BY", span: select.groupBy.span };
  if (select.quantifier === "distinct") return { what: "DISTINCT", span: select.span };
  return callOver([select.items, select.having, select.qualify]);
}

/** The first aggregate or window function, outside of subqueries. */
function callOver(value: unknown): BeyondBatch | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isNode(value)) {
    if (value.kind === "query") return undefined;
    if (value.kind === "call" && "over" in value && "name" in value) {
      if (value.over !== undefined) return { what: "a window function", span: value.span };
      if (lookupFunction(functionName(value.name))?.kind === "aggregate") {
        return { what: "an aggregate", span: value.span };
      }
    }
  }
  for (const each of Object.values(value)) {
    const found = callOver(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

function functionName(name: unknown): string {
  if (typeof name !== "object" || name === null || !("parts" in name) || !Array.isArray(name.parts)) return "";
  const parts = name.parts as readonly { readonly name: string }[];
  return parts.length === 1 ? (parts[0]?.name ?? "") : "";
}

/** How many streams stand beside each other in a part of a query; a subquery that streams is one. */
function streamsOf(value: unknown, streaming: ReadonlySet<string>): number {
  if (typeof value !== "object" || value === null) return 0;
  if (isNode(value)) {
    if (isStream(value) || streaming.has(tableName(value))) return 1;
    if (value.kind === "query") return Object.values(value).some((each) => streamsOf(each, streaming) > 0) ? 1 : 0;
  }
  let count = 0;
  for (const each of Object.values(value)) count += streamsOf(each, streaming);
  return count;
}

function isStream(node: Node): boolean {
  return "stream" in node && node.stream === true;
}

function tableName(node: Node): string {
  return node.kind === "table" && "name" in node ? functionName(node.name).toLowerCase() : "";
}

/** The queries below a part, not those inside of them. */
function queriesIn(value: unknown): Query[] {
  if (typeof value !== "object" || value === null) return [];
  if (isNode(value) && value.kind === "query") return [value as Query];
  return Object.values(value).flatMap(queriesIn);
}

function isNode(value: object): value is Node {
  return "kind" in value && "span" in value;
}
