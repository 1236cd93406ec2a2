import { simpleString } from "../core/data-type.ts";
import { pretty } from "./analyzer/pretty.ts";
import type { BoundExpression, BoundPlan, Column, CteDefinition, Projection, Scan, SortOrder } from "./bound.ts";
import { childrenOf, expressionsOf } from "./lineage.ts";

export interface PlanTextOptions {
  readonly scans: readonly Scan[];
  /** Further facts of a scan, a line each: files to read, conditions that skip files. */
  readonly notes: ReadonlyMap<number, readonly string[]>;
  /** The scans whose row filter and masks are named but not shown. */
  readonly secret: ReadonlySet<number>;
  /** Told of every scan that is shown; those inside policies that are not shown are none. */
  readonly onScan?: (id: number) => void;
}

/**
 * An analyzed plan as a tree for people: an operator a line with what it does and the columns that come out with their types,
 * its inputs below it.
 */
export function planText(plan: BoundPlan, options: PlanTextOptions): string {
  return lines(plan, options).join("\n");
}

function lines(plan: BoundPlan, options: PlanTextOptions): string[] {
  const secret = secretScan(plan, options);
  if (secret !== undefined) return scanLines(secret, plan.columns, options);
  if (plan.kind === "scan") {
    const scan = options.scans.find((each) => each.id === plan.scan);
    return scan === undefined ? ["Scan"] : scanLines(scan, plan.columns, options);
  }
  const inputs = inputsOf(plan).map(({ label, plan: input }) => labelled(label, lines(input, options)));
  const subqueries = expressionsOf(plan).flatMap(subqueriesOf);
  const below = subqueries.map((each) => labelled(`Subquery ${each.form}`, lines(each.plan, options)));
  return tree(`${operator(plan)} ${columnsText(plan.columns)}`, [...inputs, ...below]);
}

function tree(head: string, children: readonly (readonly string[])[]): string[] {
  const last = children.length - 1;
  return [
    head,
    ...children.flatMap((child, index) =>
      child.map((line, at) => (at === 0 ? `+- ${line}` : `${index === last ? "   " : "|  "}${line}`)),
    ),
  ];
}

function labelled(label: string | undefined, child: string[]): string[] {
  return label === undefined ? child : tree(label, [child]);
}

function scanLines(scan: Scan, columns: readonly Column[], { notes, onScan }: PlanTextOptions): string[] {
  onScan?.(scan.id);
  const { relation, timeTravel, stream } = scan;
  const used = new Set(scan.used.map((name) => name.toLowerCase()));
  const read = columns.filter((column) => used.has(column.name.toLowerCase()));
  const travel =
    timeTravel === undefined
      ? ""
      : timeTravel.kind === "version"
        ? ` VERSION AS OF ${timeTravel.version}`
        : ` TIMESTAMP AS OF ${new Date(Number(timeTravel.timestamp / 1000n)).toISOString()}`;
  const head = `Scan ${stream ? "STREAM " : ""}${relation.name.join(".")}${travel} ${columnsText(read)}`;
  const masks = [...(relation.columnMasks?.keys() ?? [])];
  const policies = [
    ...(relation.rowFilter === undefined ? [] : ["row filter"]),
    ...(masks.length === 0 ? [] : [`column mask on ${masks.join(", ")}`]),
  ];
  const facts = [...(policies.length === 0 ? [] : [`policies: ${policies.join("; ")}`]), ...(notes.get(scan.id) ?? [])];
  return [head, ...facts.map((fact) => `     ${fact}`)];
}

/** The scan below filters and masks that are not to be shown: the plan is what the policies make of it. */
function secretScan(plan: BoundPlan, { scans, secret }: PlanTextOptions): Scan | undefined {
  let below = plan;
  let projected = false;
  let filtered = false;
  while (below.kind === "project" || (below.kind === "filter" && below.guards === true)) {
    if (below.kind === "project") {
      if (projected || filtered) return undefined;
      projected = true;
    } else filtered = true;
    below = below.input;
  }
  if (below.kind !== "scan") return undefined;
  const { scan: id } = below;
  const found = secret.has(id) ? scans.find((each) => each.id === id) : undefined;
  const masks = found?.relation.columnMasks;
  return projected && (masks === undefined || masks.size === 0) ? undefined : found;
}

function operator(plan: BoundPlan): string {
  switch (plan.kind) {
    case "project":
      return `Project ${plan.items.map(itemText).join(", ")} ->`;
    case "filter":
      return `Filter ${pretty(plan.condition)}`;
    case "aggregate": {
      const groups = plan.groups.map(itemText).join(", ");
      const sets = plan.sets === undefined ? "" : ` in ${plan.sets.length} grouping sets`;
      const by = plan.groups.length === 0 ? "" : ` by ${groups}${sets}:`;
      return `Aggregate${by} ${plan.aggregates.map(itemText).join(", ")} ->`;
    }
    case "sort":
      return `Sort ${plan.order.map(orderText).join(", ")}`;
    case "limit": {
      const limit = plan.limit === undefined ? "" : ` ${pretty(plan.limit)}`;
      return `Limit${limit}${plan.offset === undefined ? "" : ` offset ${pretty(plan.offset)}`}`;
    }
    case "distinct":
      return "Distinct";
    case "join": {
      const on = plan.condition === undefined ? "" : ` on ${pretty(plan.condition)}`;
      return `Join ${plan.join}${plan.lateral ? " lateral" : ""}${on}`;
    }
    case "set":
      return `${plan.operator.charAt(0).toUpperCase()}${plan.operator.slice(1)}${plan.all ? " all" : ""}`;
    case "generate":
      return `Generate ${plan.generator.outer ? "outer " : ""}${pretty(plan.generator)}`;
    case "values":
      return `Values, ${plan.rows.length} rows`;
    case "one_row":
      return "OneRow";
    case "table_function":
      return `TableFunction ${plan.name}(${plan.args.map(pretty).join(", ")})`;
    case "with":
      return "With";
    case "cte":
      return `Cte #${plan.id}`;
    case "sample":
      return "Sample";
    case "scan":
      return "Scan";
  }
}

interface Input {
  readonly label: string | undefined;
  readonly plan: BoundPlan;
}

function inputsOf(plan: BoundPlan): Input[] {
  switch (plan.kind) {
    case "scan":
    case "one_row":
    case "values":
    case "table_function":
    case "cte":
      return [];
    case "join":
    case "set":
      return [plan.left, plan.right].map((each) => ({ label: undefined, plan: each }));
    case "with":
      return [...plan.definitions.flatMap(definitionInputs), { label: undefined, plan: plan.input }];
    default:
      return [{ label: undefined, plan: plan.input }];
  }
}

function definitionInputs({ id, name, plan, recursive }: CteDefinition): Input[] {
  const first = { label: `Cte #${id} ${name}`, plan };
  return recursive === undefined ? [first] : [first, { label: `Cte #${id} ${name}, again`, plan: recursive.step }];
}

function subqueriesOf(expression: BoundExpression): Extract<BoundExpression, { readonly kind: "subquery" }>[] {
  const own = expression.kind === "subquery" ? [expression] : [];
  return [...own, ...childrenOf(expression).flatMap(subqueriesOf)];
}

function itemText({ column, expression }: Projection): string {
  const text = pretty(expression);
  return text === column.name ? text : `${text} AS ${column.name}`;
}

function orderText({ expression, direction, nulls }: SortOrder): string {
  const usual = direction === "asc" ? "first" : "last";
  return `${pretty(expression)} ${direction}${nulls === usual ? "" : ` nulls ${nulls}`}`;
}

/** Wide tables show their first columns. */
const SHOWN = 25;

function columnsText(columns: readonly Column[]): string {
  const shown = columns.slice(0, SHOWN).map(({ name, type }) => `${name}: ${simpleString(type)}`);
  const more = columns.length - shown.length;
  return `[${shown.join(", ")}${more > 0 ? `, … ${more} more` : ""}]`;
}
