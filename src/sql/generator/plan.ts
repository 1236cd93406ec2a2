import { unreachable } from "../../core/errors.ts";
import type {
  AggregatePlan,
  BoundExpression,
  BoundPlan,
  CteDefinition,
  GeneratePlan,
  JoinPlan,
  Scan,
  ScanPlan,
  ValuesPlan,
} from "../bound.ts";
import type { LoweringCall } from "../lowering.ts";
import { duckDbType } from "../types/duckdb-type.ts";
import { quoteIdentifier } from "../quote.ts";
import { columnName } from "./column-name.ts";
import { asFrom, blockOf, isBare, isOpen, render, wrapped, type Block } from "./block.ts";
import { argumentSql, expressionSql, inside, orderSql, type ExpressionScope } from "./expression.ts";
import { crowdedSql, isCrowd } from "./crowd.ts";
import { conditionSql } from "./subquery.ts";
import { loweringTools, Names, type GeneratorContext } from "./tools.ts";
import { limitedRecursion } from "./recursion.ts";

/** A limit that lets everything through, and that no condition is moved across. */
const ALL_ROWS = String(2n ** 63n - 1n);

/** What a plan needs to become SQL. */
export interface PlanScope extends ExpressionScope {
  readonly scans: readonly Scan[];
  /** What stands in FROM for a scan: something with the relation's columns under their own names. */
  scan(scan: Scan): string;
  /** Is this part of a chain of very many joins? */
  readonly crowded?: boolean;
}

export function planScope(context: GeneratorContext, scans: readonly Scan[], scan: (scan: Scan) => string): PlanScope {
  const scope: PlanScope = {
    context,
    names: new Names(),
    scans,
    scan,
    query: (plan) => render(planBlock(plan, scope)),
  };
  return scope;
}

/** The plan as a SELECT whose columns are named by `columnName`. */
export function planBlock(plan: BoundPlan, scope: PlanScope): Block {
  const input = (each: BoundPlan): Block => planBlock(each, scope);
  switch (plan.kind) {
    case "scan":
      return scanBlock(plan, scope);
    case "one_row":
      return blockOf("");
    case "values":
      return valuesBlock(plan, scope);
    case "table_function": {
      const call: LoweringCall = {
        name: plan.name,
        args: plan.args,
        type: { kind: "void" },
        distinct: false,
        ignoreNulls: false,
        orderBy: [],
        windowed: false,
      };
      const made = plan.lower(
        plan.args.map((arg) => argumentSql(arg, scope)),
        call,
        loweringTools(scope.context, scope.names),
      );
      const items = plan.columns.map((column, index) => `${made.columns[index] ?? "NULL"} AS ${columnName(column.id)}`);
      return { ...blockOf(made.from), items };
    }
    case "project": {
      const base = input(plan.input);
      const open =
        base.items === undefined && base.groupBy === undefined && !base.distinct && base.prefix === ""
          ? base
          : wrapped(base);
      const items = plan.items.map((item) => {
        const name = columnName(item.column.id);
        const sql = expressionSql(item.expression, scope);
        return sql === name ? sql : `${sql} AS ${name}`;
      });
      return { ...open, items };
    }
    case "filter": {
      const crowded = scope.crowded === true || isCrowd(plan);
      const base = crowded ? planBlock(plan.input, { ...scope, crowded }) : input(plan.input);
      const open = isOpen(base) ? base : wrapped(base);
      const within = inside(scope);
      const one = (each: BoundExpression): string => conditionSql(each, within);
      const condition = crowded ? crowdedSql(plan.condition, one) : one(plan.condition);
      const filtered = { ...open, where: [...open.where, condition] };
      return plan.guards === true ? { ...filtered, limit: ALL_ROWS } : filtered;
    }
    case "aggregate":
      return aggregateBlock(plan, scope);
    case "sort": {
      const base = input(plan.input);
      const open =
        base.limit === undefined &&
        base.offset === undefined &&
        base.orderBy === undefined &&
        base.items === undefined &&
        base.groupBy === undefined &&
        !base.distinct &&
        base.prefix === ""
          ? base
          : wrapped(base);
      return { ...open, orderBy: orderSql(plan.order, scope) };
    }
    case "limit": {
      const base = input(plan.input);
      const open = base.limit === undefined && base.offset === undefined ? base : wrapped(base);
      return {
        ...open,
        limit: plan.limit && expressionSql(plan.limit, scope),
        offset: plan.offset && expressionSql(plan.offset, scope),
      };
    }
    case "distinct": {
      const base = input(plan.input);
      const open =
        base.items !== undefined &&
        base.groupBy === undefined &&
        base.orderBy === undefined &&
        base.limit === undefined &&
        base.offset === undefined
          ? base
          : selecting(wrapped(base), plan);
      return { ...open, distinct: true };
    }
    case "join":
      return joinBlock(plan, scope);
    case "set": {
      const word = `${plan.operator.toUpperCase()}${plan.all ? " ALL" : ""}`;
      const columns = plan.columns.map((column) => columnName(column.id)).join(", ");
      const side = (each: BoundPlan): string => `(${render(selecting(wrapped(input(each)), each))})`;
      return blockOf(
        `(${side(plan.left)} ${word} ${side(plan.right)}) AS ${quoteIdentifier(scope.names.fresh("u"))}(${columns})`,
      );
    }
    case "generate":
      return generateBlock(plan, scope);
    case "with": {
      const definitions = plan.definitions.map((each) => cteSql(each, scope));
      const recursive = plan.definitions.some((each) => each.recursive !== undefined) ? "RECURSIVE " : "";
      const body = input(plan.input);
      const free = body.prefix === "" && body.from !== "" ? body : wrapped(body);
      return { ...free, prefix: `WITH ${recursive}${definitions.join(", ")} ` };
    }
    case "cte": {
      const columns = plan.columns.map((column) => columnName(column.id)).join(", ");
      return blockOf(`${cteName(plan.id)} AS ${quoteIdentifier(scope.names.fresh("t"))}(${columns})`);
    }
    case "sample": {
      const base = asFrom(input(plan.input));
      if (plan.rows !== undefined) return { ...blockOf(`(SELECT * FROM ${base} LIMIT ${plan.rows})`) };
      const seed = plan.seed === undefined ? "" : `, ${plan.seed}`;
      return blockOf(`(SELECT * FROM ${base} USING SAMPLE ${plan.percent ?? 100} PERCENT (bernoulli${seed}))`);
    }
  }
}

/** The block with exactly the plan's columns. */
function selecting(block: Block, plan: BoundPlan): Block {
  return { ...block, items: plan.columns.map((column) => columnName(column.id)) };
}

function scanBlock(plan: ScanPlan, scope: PlanScope): Block {
  const scan = scope.scans[plan.scan] ?? unreachable("A plan reads a scan that is not there.");
  const items = plan.columns.map((column) => `${quoteIdentifier(column.name)} AS ${columnName(column.id)}`);
  return blockOf(`(SELECT ${items.length === 0 ? "1" : items.join(", ")} FROM ${scope.scan(scan)})`);
}

function valuesBlock(plan: ValuesPlan, scope: PlanScope): Block {
  const columns = plan.columns.map((column) => columnName(column.id));
  const rows = plan.rows.map((row) => `(${row.map((cell) => expressionSql(cell, scope)).join(", ")})`);
  const alias = quoteIdentifier(scope.names.fresh("v"));
  const typed = plan.columns.map(
    (column) => `CAST(${columnName(column.id)} AS ${duckDbType(column.type)}) AS ${columnName(column.id)}`,
  );
  return blockOf(`(SELECT ${typed.join(", ")} FROM (VALUES ${rows.join(", ")}) AS ${alias}(${columns.join(", ")}))`);
}

function aggregateBlock(plan: AggregatePlan, scope: PlanScope): Block {
  const base = planBlock(plan.input, scope);
  const open = isOpen(base) ? base : wrapped(base);
  const groups = plan.groups.map((group) => {
    const sql = expressionSql(group.expression, scope);
    return { sql, name: columnName(group.column.id) };
  });
  const aggregates = plan.aggregates.map(
    (each) => `${expressionSql(each.expression, scope)} AS ${columnName(each.column.id)}`,
  );
  const items = [...groups.map(({ sql, name }) => (sql === name ? sql : `${sql} AS ${name}`)), ...aggregates];
  if (plan.sets === undefined) {
    const groupBy = groups.length === 0 ? undefined : groups.map((_, index) => index + 1).join(", ");
    if (groups.length === 0 && aggregates.length === 0) return { ...open, items: ['count(*) AS "one"'] };
    return { ...open, items, groupBy };
  }
  // Without rows Spark gives no groups, not even that of the empty set.
  // With several sets the keys are computed below, so that GROUPING and the sets can name them.
  const keys = groups.map(({ sql }) => ({ sql, name: quoteIdentifier(scope.names.fresh("g")) }));
  const below: Block = { ...open, items: ["*", ...keys.map(({ sql, name }) => `${sql} AS ${name}`)] };
  const names = keys.map((key) => key.name);
  const used = new Set(plan.sets.flat());
  const over = wrapped(
    open.from === "" ? { ...below, items: keys.map(({ sql, name }) => `${sql} AS ${name}`) } : below,
  );
  const sets = plan.sets.map((set) => `(${set.map((position) => names[position] ?? "").join(", ")})`);
  const id =
    plan.groupingId === undefined ? [] : [`${groupingIdSql(names, used)} AS ${columnName(plan.groupingId.id)}`];
  const chosen = plan.groups.map(({ column }, index) => {
    const key = used.has(index) ? (names[index] ?? "") : `CAST(NULL AS ${duckDbType(column.type)})`;
    return `${key} AS ${columnName(column.id)}`;
  });
  return {
    ...over,
    items: [...chosen, ...aggregates, ...id],
    groupBy: `GROUPING SETS (${sets.join(", ")}) HAVING count(*) > 0`,
  };
}

/** Bits of the keys, the last one lowest: 1 where a key is not in the row's set. DuckDB knows of those only that are in one. */
function groupingIdSql(names: readonly string[], used: ReadonlySet<number>): string {
  if (used.size === names.length) return names.length === 0 ? "0" : `GROUPING(${names.join(", ")})`;
  const bits = names.map(
    (name, index) => `${used.has(index) ? `GROUPING(${name})` : "1"} * ${2 ** (names.length - 1 - index)}`,
  );
  return `(${bits.join(" + ")})`;
}

const JOINS = {
  inner: "JOIN",
  left: "LEFT JOIN",
  right: "RIGHT JOIN",
  full: "FULL JOIN",
  semi: "SEMI JOIN",
  anti: "ANTI JOIN",
  cross: "CROSS JOIN",
} as const;

function joinBlock(plan: JoinPlan, around: PlanScope): Block {
  const crowded = around.crowded === true || isCrowd(plan);
  const scope = crowded ? { ...around, crowded } : around;
  const left = side(planBlock(plan.left, scope), plan.left);
  const right = side(planBlock(plan.right, scope), plan.right);
  const lateral = plan.lateral ? "LATERAL " : "";
  const one = (each: BoundExpression): string => expressionSql(each, scope);
  const write = crowded && plan.join === "inner" ? (each: BoundExpression) => crowdedSql(each, one) : one;
  const condition = plan.condition === undefined ? undefined : write(plan.condition);
  const join = plan.join === "inner" && condition === undefined ? "cross" : plan.join;
  if (join === "cross") return blockOf(`${left} CROSS JOIN ${lateral}${parenthesized(right, plan.right)}`);
  return blockOf(`${left} ${JOINS[join]} ${lateral}${parenthesized(right, plan.right)} ON ${condition ?? "true"}`);
}

function side(block: Block, plan: BoundPlan): string {
  if (block.from === "" && isBare(block)) return "(SELECT 1)";
  return isBare(block) ? block.from : `(${render(block.items === undefined ? selecting(block, plan) : block)})`;
}

/** A join on the right side binds first. */
function parenthesized(sql: string, plan: BoundPlan): string {
  return plan.kind === "join" ? `(${sql})` : sql;
}

/** Each row once for every element of the generator's list. */
function generateBlock(plan: GeneratePlan, scope: PlanScope): Block {
  const { generator } = plan;
  const call: LoweringCall = {
    name: generator.name,
    args: generator.args,
    type: generator.type,
    distinct: false,
    ignoreNulls: false,
    orderBy: [],
    windowed: false,
  };
  const args = generator.args.map((arg) => argumentSql(arg, scope));
  const tools = loweringTools(scope.context, scope.names);
  const { list, columns } = generator.lower(args, call, tools);
  const source = generator.outer
    ? tools.once(list, (value) => `CASE WHEN len(${value}) > 0 THEN ${value} ELSE [NULL] END`)
    : list;
  const element = quoteIdentifier(scope.names.fresh("e"));
  const base = planBlock(plan.input, scope);
  const open = base.items === undefined && isOpen(base) ? base : wrapped(base);
  const passed = open.from === "" ? [] : plan.input.columns.map((column) => columnName(column.id));
  const inner = render({ ...open, items: [...passed, `unnest(${source}) AS ${element}`] });
  const values = columns(element);
  const items = plan.outputs.map((column, index) => {
    const sql = values[index] ?? "NULL";
    return `${sql} AS ${columnName(column.id)}`;
  });
  return blockOf(`(SELECT ${[...passed, ...items].join(", ")} FROM (${inner}))`);
}

function cteName(id: number): string {
  return quoteIdentifier(`cte${id}`);
}

function cteSql(definition: CteDefinition, scope: PlanScope): string {
  const body = render(selecting(wrapped(planBlock(definition.plan, scope)), definition.plan));
  const names = definition.columns.map((column) => columnName(column.id)).join(", ");
  const { recursive } = definition;
  if (recursive === undefined) return `${cteName(definition.id)}(${names}) AS (${body})`;
  const step = render(selecting(wrapped(planBlock(recursive.step, scope)), recursive.step));
  return limitedRecursion(cteName(definition.id), names, body, step, recursive);
}
