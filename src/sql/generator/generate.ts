import type { BoundExpression, BoundPlan, BoundQuery, Column, Scan } from "../bound.ts";
import { quoteIdentifier } from "../quote.ts";
import { render, wrapped } from "./block.ts";
import { columnName } from "./column-name.ts";
import { expressionSql } from "./expression.ts";
import { planBlock, planScope } from "./plan.ts";
import type { GeneratorContext } from "./tools.ts";
import { notTooComplex } from "../too-complex.ts";

/** DuckDB SQL, and what must be installed for it. */
export interface Generated {
  readonly sql: string;
  /** Macros (`spk_…`) that the SQL names; they may need others. */
  readonly macros: readonly string[];
  /** JavaScript functions (`spkjs_…`) that the SQL names. */
  readonly functions: readonly string[];
}

export interface GenerateOptions {
  readonly context: GeneratorContext;
  /**
   * What stands in FROM for a scan (`read_parquet(…)`, `(SELECT …)`): it must have the columns in `scan.used` under
   * their own names, in DuckDB's types of the relation's schema.
   */
  scan(scan: Scan): string;
  /**
   * `result` names the columns as the user sees them, which may repeat; `unique` makes repeated names differ (for
   * writing); default `result`.
   */
  readonly names?: "result" | "unique";
}

/** DuckDB SQL of a query. */
export function generate(query: Pick<BoundQuery, "plan" | "scans">, options: GenerateOptions): Generated {
  return required(notTooComplex(undefined, () => generatePlan(query.plan, query.scans, options)));
}

function generatePlan(plan: BoundPlan, scans: readonly Scan[], options: GenerateOptions): string {
  const scope = planScope(options.context, scans, (scan) => options.scan(scan));
  const block = planBlock(plan, scope);
  const taken = new Map<string, number>();
  const items = plan.columns.map((column) => {
    const name = options.names === "unique" ? uniqueName(column.name, taken) : column.name;
    return `${columnName(column.id)} AS ${quoteIdentifier(name === "" ? " " : name)}`;
  });
  const open = block.items === undefined && block.groupBy === undefined && block.prefix === "" ? block : wrapped(block);
  return render({ ...open, items: items.length === 0 ? undefined : items });
}

function uniqueName(name: string, taken: Map<string, number>): string {
  const key = name.toLowerCase();
  const count = taken.get(key) ?? 0;
  taken.set(key, count + 1);
  return count === 0 ? name : uniqueName(`${name}_${count}`, taken);
}

/** DuckDB SQL of an expression; `column` gives the SQL of a column by its name. */
export function generateExpression(
  expression: BoundExpression,
  context: GeneratorContext,
  column: (name: string) => string,
): Generated {
  const scope = { ...planScope(context, [], () => ""), column: (each: Column) => column(each.name) };
  return required(expressionSql(expression, scope));
}

function required(sql: string): Generated {
  const found = new Set(sql.match(/\bspk(?:js)?_\w+/g));
  return {
    sql,
    macros: [...found].filter((name) => name.startsWith("spk_")),
    functions: [...found].filter((name) => name.startsWith("spkjs_")),
  };
}
