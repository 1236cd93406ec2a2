import type { BoundPlan, BoundQuery, Column, CteDefinition } from "./bound.ts";

/**
 * The comments of a query's columns: a column that is a stored one, under whatever name, keeps its comment; what is computed has
 * none. Undefined where there is none.
 */
export function columnComments({ plan, scans }: Pick<BoundQuery, "plan" | "scans">): (string | undefined)[] {
  const tables = new Map(scans.map((scan) => [scan.id, scan.relation]));
  const commentOf = (id: number, within: BoundPlan, ctes: readonly CteDefinition[]): string | undefined => {
    switch (within.kind) {
      case "scan": {
        const name = nameOf(id, within.columns);
        const field = tables.get(within.scan)?.schema.fields.find((each) => each.name === name);
        const comment = field?.metadata?.["comment"];
        return typeof comment === "string" ? comment : undefined;
      }
      case "project":
      case "aggregate": {
        const items = within.kind === "project" ? within.items : within.groups;
        const expression = items.find((each) => each.column.id === id)?.expression;
        return expression?.kind === "column" ? commentOf(expression.column.id, within.input, ctes) : undefined;
      }
      case "filter":
      case "sort":
      case "limit":
      case "distinct":
      case "sample":
      case "generate":
        return commentOf(id, within.input, ctes);
      case "join":
        return commentOf(id, within.left, ctes) ?? commentOf(id, within.right, ctes);
      case "with":
        return commentOf(id, within.input, [...ctes, ...within.definitions]);
      case "cte": {
        const definition = ctes.find((each) => each.id === within.id);
        const index = within.columns.findIndex((column) => column.id === id);
        const column = definition?.columns[index];
        return definition === undefined || column === undefined || definition.recursive !== undefined
          ? undefined
          : commentOf(column.id, definition.plan, ctes);
      }
      default:
        return undefined;
    }
  };
  return plan.columns.map((column) => commentOf(column.id, plan, []));
}

function nameOf(id: number, columns: readonly Column[]): string | undefined {
  return columns.find((column) => column.id === id)?.name;
}
