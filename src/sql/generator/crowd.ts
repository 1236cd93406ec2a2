import type { BoundExpression, BoundPlan } from "../bound.ts";

/** Longer chains than this are kept from DuckDB's derivation of equalities; real queries are shorter. */
const MANY = 24;

/** Does a chain of very many joins begin here, going down to the left? */
export function isCrowd(plan: BoundPlan): boolean {
  let joins = 0;
  let at = plan;
  while (at.kind === "join" || at.kind === "filter" || at.kind === "project") {
    if (at.kind === "join") joins += 1;
    if (joins > MANY) return true;
    at = at.kind === "join" ? at.left : at.input;
  }
  return false;
}

/**
 * A condition of which only what is true counts, with `a = b` of two columns written so that DuckDB joins by it but
 * derives nothing from it: from n equal columns it derives n² equalities at each of n joins, 100 joins take it 20 s.
 */
export function crowdedSql(condition: BoundExpression, sql: (each: BoundExpression) => string): string {
  const made = sql(condition);
  if (condition.kind !== "call") return made;
  const [left, right] = condition.args;
  if (left === undefined || right === undefined || left.kind === "lambda" || right.kind === "lambda") return made;
  if (condition.name === "and" && condition.args.length === 2) {
    return `(${crowdedSql(left, sql)} AND ${crowdedSql(right, sql)})`;
  }
  if (left.kind !== "column" || right.kind !== "column") return made;
  const [a, b] = [sql(left), sql(right)];
  return made === `(${a} = ${b})` ? `(${a} IS NOT DISTINCT FROM ${b} AND ${b} IS NOT NULL)` : made;
}
