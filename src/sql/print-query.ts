import type {
  Changes,
  GroupingAnalytics,
  GroupingItem,
  Hint,
  LateralView,
  NamedWindow,
  PipeOperator,
  PivotClause,
  Query,
  QueryBody,
  Sample,
  Select,
  TableAlias,
  TableArgument,
  TableReference,
  TimeTravel,
  UnpivotClause,
  Watermark,
  With,
  Assignment,
  JoinType,
} from "./ast/query.ts";
import type { Expression } from "./ast/expression.ts";
import type { Identifier } from "./ast/node.ts";
import { isAnalytics } from "./parser/group.ts";
import { printProperties } from "./print-definition.ts";
import { printArgument, printNamed, printSort, printWindow } from "./print-expression.ts";
import { list, printIdentifier, printName, printObjectName, printString, words } from "./print-name.ts";
import type { Printer } from "./print.ts";

/** A query as text. */
export function printQuery(p: Printer, query: Query): string {
  return words(query.with && printWith(p, query.with), printBody(p, query.body), printTail(p, query));
}

export function printWith(p: Printer, node: With): string {
  const tables = node.tables.map((table) =>
    words(
      printIdentifier(table.name),
      table.columns.length > 0 && `(${list(table.columns, printIdentifier)})`,
      table.maxRecursion !== undefined && `MAX RECURSION LEVEL ${table.maxRecursion}`,
      `AS (${p.query(table.query)})`,
    ),
  );
  return words("WITH", node.recursive && "RECURSIVE", tables.join(", "));
}

type Tail = Pick<Query, "orderBy" | "clusterBy" | "distributeBy" | "sortBy" | "windows" | "limit" | "offset">;

function printTail(p: Printer, tail: Tail): string {
  return words(
    tail.orderBy.length > 0 && `ORDER BY ${list(tail.orderBy, (item) => printSort(p, item))}`,
    tail.clusterBy.length > 0 && `CLUSTER BY ${list(tail.clusterBy, p.expression)}`,
    tail.distributeBy.length > 0 && `DISTRIBUTE BY ${list(tail.distributeBy, p.expression)}`,
    tail.sortBy.length > 0 && `SORT BY ${list(tail.sortBy, (item) => printSort(p, item))}`,
    printWindows(p, tail.windows),
    tail.limit && `LIMIT ${p.expression(tail.limit)}`,
    tail.offset && `OFFSET ${p.expression(tail.offset)}`,
  );
}

function printWindows(p: Printer, windows: readonly NamedWindow[]): string | undefined {
  if (windows.length === 0) return undefined;
  return `WINDOW ${list(windows, (each) => `${printIdentifier(each.name)} AS ${printWindow(p, each.window)}`)}`;
}

function printBody(p: Printer, body: QueryBody): string {
  switch (body.kind) {
    case "query":
      return `(${p.query(body)})`;
    case "table_query":
      return `TABLE ${printObjectName(body.name, p.expression)}`;
    case "inline_table":
      return words(`VALUES ${list(body.rows, (row) => printRow(p, row))}`, printAlias(body.alias));
    case "set_operation": {
      const operator = `${body.operator.toUpperCase()}${body.all ? " ALL" : ""}`;
      return `${printBody(p, body.left)} ${operator} ${printBody(p, body.right)}`;
    }
    case "pipe": {
      const operators = body.operators.map((operator) => `|> ${printPipe(p, operator)}`);
      return words(printBody(p, body.source), ...operators);
    }
    default:
      return printSelect(p, body);
  }
}

function printSelect(p: Printer, select: Select): string {
  const { transform } = select;
  const quantifier = select.quantifier?.toUpperCase();
  const hints = select.hints.length > 0 && `/*+ ${list(select.hints, (hint) => printHint(p, hint))} */`;
  const items = list(select.items, (item) => printNamed(p, item));
  const head =
    transform === undefined
      ? words("SELECT", hints, quantifier, items)
      : words(
          "SELECT",
          hints,
          `TRANSFORM(${words(quantifier, items)})`,
          transform.input,
          `USING ${printString(transform.script)}`,
          transform.columns !== undefined && `AS ${transform.columns}`,
          transform.output,
        );
  return words(head, printFrom(p, select), printSelectTail(p, select));
}

export function printFrom(p: Printer, select: Pick<Select, "from" | "lateralViews">): string {
  return words(
    select.from.length > 0 && `FROM ${list(select.from, (table) => printTable(p, table))}`,
    ...select.lateralViews.map((view) => printLateralView(p, view)),
  );
}

function printSelectTail(p: Printer, select: Select): string {
  return words(
    select.where && `WHERE ${p.expression(select.where)}`,
    select.groupBy &&
      `GROUP BY ${select.groupBy.all ? "ALL" : list(select.groupBy.items, (item) => printGrouping(p, item))}`,
    select.having && `HAVING ${p.expression(select.having)}`,
    select.qualify && `QUALIFY ${p.expression(select.qualify)}`,
    printWindows(p, select.windows),
  );
}

function printHint(p: Printer, hint: Hint): string {
  const name = printIdentifier(hint.name);
  return hint.arguments.length === 0 ? name : `${name}(${list(hint.arguments, p.expression)})`;
}

function printLateralView(p: Printer, view: LateralView): string {
  return words(
    "LATERAL VIEW",
    view.outer && "OUTER",
    `${printName(view.name)}(${list(view.arguments, p.expression)})`,
    view.table && printIdentifier(view.table),
    view.columns.length > 0 && `AS ${list(view.columns, printIdentifier)}`,
  );
}

function printGrouping(p: Printer, item: GroupingItem): string {
  return isAnalytics(item) ? printAnalytics(p, item) : p.expression(item);
}

function printAnalytics(p: Printer, node: GroupingAnalytics): string {
  const elements = node.elements.map((element) => {
    if (element.kind !== "grouping_set") return printAnalytics(p, element);
    return `(${list(element.expressions, p.expression)})`;
  });
  const word = node.kind === "grouping_sets" ? "GROUPING SETS" : node.kind.toUpperCase();
  return words(list(node.over, p.expression), `${word} (${elements.join(", ")})`);
}

export function printAlias(alias: TableAlias | undefined): string | undefined {
  if (alias === undefined) return undefined;
  const columns = alias.columns.length === 0 ? "" : `(${list(alias.columns, printIdentifier)})`;
  return `AS ${printIdentifier(alias.name)}${columns}`;
}

/** A relation as text. */
export function printTable(p: Printer, table: TableReference): string {
  switch (table.kind) {
    case "table":
      return words(
        table.stream && "STREAM",
        printObjectName(table.name, p.expression),
        table.changes && printChanges(p, table.changes),
        table.timeTravel && printTimeTravel(p, table.timeTravel),
        table.options.length > 0 && `WITH ${printProperties(p, table.options)}`,
        table.watermark && printWatermark(p, table.watermark),
        table.sample && printSample(p, table.sample),
        printAlias(table.alias),
      );
    case "derived_table":
      return words(
        table.lateral && "LATERAL",
        `(${p.query(table.query)})`,
        table.watermark && printWatermark(p, table.watermark),
        table.sample && printSample(p, table.sample),
        printAlias(table.alias),
      );
    case "table_function": {
      const args = list(table.arguments, (each) =>
        each.kind === "argument" ? printArgument(p, each) : printTableArgument(p, each),
      );
      return words(
        table.lateral && "LATERAL",
        table.stream && "STREAM",
        `${printObjectName(table.name, p.expression)}(${args})`,
        table.watermark && printWatermark(p, table.watermark),
        table.sample && printSample(p, table.sample),
        printAlias(table.alias),
      );
    }
    case "inline_table":
      return printBody(p, table);
    case "parenthesized_table":
      return words(
        table.lateral && "LATERAL",
        `(${printTable(p, table.table)})`,
        table.sample && printSample(p, table.sample),
        printAlias(table.alias),
      );
    case "join":
      return `${printTable(p, table.left)} ${printJoin(p, table)}`;
    case "pivot":
      return words(printTable(p, table.source), printPivot(p, table.clause), printAlias(table.alias));
    default:
      return words(printTable(p, table.source), printUnpivot(table.clause), printAlias(table.alias));
  }
}

interface JoinParts {
  readonly type: JoinType;
  readonly natural: boolean;
  readonly right: TableReference;
  readonly on: Expression | undefined;
  readonly using: readonly Identifier[];
  readonly nearest: Extract<TableReference, { kind: "join" }>["nearest"];
}

function printJoin(p: Printer, join: JoinParts): string {
  const { nearest } = join;
  return words(
    join.natural && "NATURAL",
    `${join.type.replace("_", " ").toUpperCase()} JOIN`,
    printTable(p, join.right),
    join.on && `ON ${p.expression(join.on)}`,
    join.using.length > 0 && `USING (${list(join.using, printIdentifier)})`,
    nearest &&
      `${nearest.exact ? "EXACT" : "APPROX"} NEAREST ${nearest.count} BY ${nearest.by.toUpperCase()} ${p.expression(nearest.expression)}`,
  );
}

function printTableArgument(p: Printer, argument: TableArgument): string {
  const { table } = argument;
  const inside = table.kind === "query" ? p.query(table) : printObjectName(table, p.expression);
  return words(
    argument.name && `${printIdentifier(argument.name)} =>`,
    `TABLE(${inside})`,
    argument.singlePartition && "WITH SINGLE PARTITION",
    argument.partitionBy.length > 0 && `PARTITION BY (${list(argument.partitionBy, p.expression)})`,
    argument.orderBy.length > 0 && `ORDER BY (${list(argument.orderBy, (item) => printSort(p, item))})`,
  );
}

export function printTimeTravel(p: Printer, travel: TimeTravel): string {
  const { value } = travel;
  // A version is written without the suffix of its type.
  const version =
    value.kind === "literal" && typeof value.value === "bigint" ? String(value.value) : p.expression(value);
  return `${travel.by.toUpperCase()} AS OF ${travel.by === "version" ? version : p.expression(value)}`;
}

function printChanges(p: Printer, changes: Changes): string {
  const point = (value: Expression): string => {
    const text =
      value.kind === "literal" && typeof value.value === "bigint" ? String(value.value) : p.expression(value);
    return `${changes.by.toUpperCase()} ${text}`;
  };
  return words(
    `CHANGES FROM ${point(changes.from)}`,
    !changes.fromInclusive && "EXCLUSIVE",
    changes.to && `TO ${point(changes.to)}`,
    !changes.toInclusive && "EXCLUSIVE",
    changes.options.length > 0 && `WITH ${printProperties(p, changes.options)}`,
  );
}

function printWatermark(p: Printer, watermark: Watermark): string {
  return `WATERMARK ${printNamed(p, watermark.column)} DELAY OF ${p.expression(watermark.delay)}`;
}

function printSample(p: Printer, sample: Sample): string {
  const { method } = sample;
  const inside =
    method.by === "percent"
      ? `${method.percent} PERCENT`
      : method.by === "rows"
        ? `${p.expression(method.rows)} ROWS`
        : method.by === "bucket"
          ? `BUCKET ${method.bucket} OUT OF ${method.of}`
          : p.expression(method.bytes);
  const seed = sample.seed === undefined ? undefined : `REPEATABLE (${sample.seed})`;
  return words("TABLESAMPLE", sample.system && "SYSTEM", `(${inside})`, seed);
}

function printPivot(p: Printer, clause: PivotClause): string {
  const aggregates = list(clause.aggregates, (each) => printNamed(p, each));
  const values = list(clause.values, (each) => printNamed(p, each));
  return `PIVOT (${aggregates} FOR (${list(clause.columns, printIdentifier)}) IN (${values}))`;
}

function printUnpivot(clause: UnpivotClause): string {
  const several = clause.values.length > 1 || clause.sets.some((set) => set.columns.length > 1);
  const wrap = (text: string): string => (several ? `(${text})` : text);
  const sets = list(clause.sets, (set) =>
    words(wrap(list(set.columns, printName)), set.alias && `AS ${printIdentifier(set.alias)}`),
  );
  const nulls = clause.nulls && `${clause.nulls.toUpperCase()} NULLS`;
  const inside = `${wrap(list(clause.values, printIdentifier))} FOR ${printIdentifier(clause.name)} IN (${sets})`;
  return words("UNPIVOT", nulls, `(${inside})`);
}

export function printAssignment(p: Printer, assignment: Assignment): string {
  return `${printName(assignment.target)} = ${p.expression(assignment.value)}`;
}

function printPipe(p: Printer, node: PipeOperator): string {
  switch (node.kind) {
    case "pipe_select":
      return printSelect(p, node.select);
    case "pipe_extend":
      return `EXTEND ${list(node.items, (item) => printNamed(p, item))}`;
    case "pipe_set":
      return `SET ${list(node.assignments, (each) => printAssignment(p, each))}`;
    case "pipe_drop":
      return `DROP ${list(node.columns, printIdentifier)}`;
    case "pipe_as":
      return printAlias(node.alias) ?? "";
    case "pipe_where":
      return `WHERE ${p.expression(node.condition)}`;
    case "pipe_pivot":
      return words(printPivot(p, node.clause), printAlias(node.alias));
    case "pipe_unpivot":
      return words(printUnpivot(node.clause), printAlias(node.alias));
    case "pipe_sample":
      return printSample(p, node.sample);
    case "pipe_join":
      return printJoin(p, node);
    case "pipe_set_operation":
      return words(node.operator.toUpperCase(), node.all && "ALL", printBody(p, node.right));
    case "pipe_order":
      return printTail(p, node);
    default: {
      const keys = list(node.groupBy, (each) =>
        each.kind === "named_expression" ? printNamed(p, each) : printAnalytics(p, each),
      );
      const items = list(node.items, (item) => printNamed(p, item));
      return words("AGGREGATE", items, node.all ? "GROUP BY ALL" : keys !== "" && `GROUP BY ${keys}`);
    }
  }
}

/** A row of one value that begins with an operator is in parentheses: `VALUES +1` reads as a table's name and a sign. */
function printRow(p: Printer, row: Expression): string {
  const text = p.expression(row);
  return /^[-+~]/.test(text) ? `(${text})` : text;
}
