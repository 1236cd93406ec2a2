import type {
  AutoCdc,
  ColumnSelection,
  CreateDataset,
  CreateFlow,
  CreateFunction,
  CreateProcedure,
  CreateMode,
  CreatePolicy,
  CreateSecurable,
  CreateStatement,
  CreateView,
  DropStatement,
  FunctionBody,
} from "./ast/create.ts";
import type { ObjectName } from "./ast/expression.ts";
import { objectWords } from "./parser/object-kind.ts";
import { printClauses, printColumn, printElements, printProperties } from "./print-definition.ts";
import { printNamed } from "./print-expression.ts";
import {
  clause,
  list,
  printIdentifier,
  printName,
  printObjectName,
  printString,
  printType,
  words,
} from "./print-name.ts";
import { printTable, printTimeTravel } from "./print-query.ts";
import type { Printer } from "./print.ts";

/** `CREATE …` of every kind. */
export function printCreate(p: Printer, node: CreateStatement): string {
  const name = (each: ObjectName): string => printObjectName(each, p.expression);
  switch (node.kind) {
    case "create_schema":
      return words(
        head(node.mode, "SCHEMA"),
        name(node.name),
        node.comment !== undefined && `COMMENT ${printString(node.comment)}`,
        node.location !== undefined && `LOCATION ${printString(node.location)}`,
        node.managedLocation !== undefined && `MANAGED LOCATION ${printString(node.managedLocation)}`,
        node.collation && `DEFAULT COLLATION ${printName(node.collation)}`,
        node.properties.length > 0 && `WITH DBPROPERTIES ${printProperties(p, node.properties)}`,
      );
    case "create_table":
      return words(
        head(node.mode, words(node.temporary && "TEMPORARY", node.external && "EXTERNAL", "TABLE")),
        name(node.name),
        printElements(p, node),
        printClauses(p, node),
        node.query && `AS ${p.query(node.query)}`,
      );
    case "create_table_like":
      return words(head(node.mode, "TABLE"), name(node.name), "LIKE", name(node.source), printClauses(p, node));
    case "clone_table":
      return words(
        head(node.mode, "TABLE"),
        name(node.name),
        node.shallow ? "SHALLOW CLONE" : "DEEP CLONE",
        name(node.source),
        node.timeTravel && printTimeTravel(p, node.timeTravel),
        printClauses(p, node),
      );
    case "create_view":
      return printView(p, node);
    case "create_dataset":
      return printDataset(p, node);
    case "create_flow":
      return printFlow(p, node);
    case "create_function":
      return printFunction(p, node);
    case "create_procedure":
      return printProcedure(p, node);
    case "create_securable":
      return printSecurable(p, node);
    case "create_policy":
      return printPolicy(p, node);
    default:
      return words(
        head(node.mode, "INDEX"),
        printIdentifier(node.name),
        `ON ${name(node.table)}`,
        node.using && `USING ${printIdentifier(node.using)}`,
        `(${list(node.columns, (each) => words(printName(each.name), each.options.length > 0 && `OPTIONS ${printProperties(p, each.options)}`))})`,
        node.options.length > 0 && `OPTIONS ${printProperties(p, node.options)}`,
      );
  }
}

function head(mode: CreateMode, what: string): string {
  switch (mode) {
    case "create":
      return `CREATE ${what}`;
    case "if_not_exists":
      return `CREATE ${what} IF NOT EXISTS`;
    case "replace":
      return `CREATE OR REPLACE ${what}`;
    case "refresh":
      return `CREATE OR REFRESH ${what}`;
    default:
      return `REPLACE ${what}`;
  }
}

function printView(p: Printer, node: CreateView): string {
  const scope = { permanent: undefined, temporary: "TEMPORARY", global_temporary: "GLOBAL TEMPORARY" }[node.scope];
  const start = words(
    head(node.mode, words(scope, "VIEW")),
    printObjectName(node.name, p.expression),
    printElements(p, node),
  );
  if (node.metrics !== undefined) {
    return words(start, "WITH METRICS LANGUAGE YAML", printClauses(p, node), `AS $$${node.metrics}$$`);
  }
  return words(start, printClauses(p, node), node.query && `AS ${p.query(node.query)}`);
}

function printDataset(p: Printer, node: CreateDataset): string {
  const what = {
    streaming_table: node.legacy ? "STREAMING LIVE TABLE" : "STREAMING TABLE",
    materialized_view: "MATERIALIZED VIEW",
    live_table: "LIVE TABLE",
    live_view: "LIVE VIEW",
  }[node.dataset];
  return words(
    head(node.mode, words(node.private && "PRIVATE", what)),
    printObjectName(node.name, p.expression),
    printElements(p, node),
    printClauses(p, node),
    node.query && `AS ${p.query(node.query)}`,
    node.autoCdc && `FLOW ${printAutoCdc(p, node.autoCdc, undefined, false)}`,
  );
}

function printFlow(p: Printer, node: CreateFlow): string {
  const target = printObjectName(node.target, p.expression);
  const body =
    node.autoCdc === undefined
      ? words("INSERT INTO", node.once && "ONCE", target, node.byName && "BY NAME", node.query && p.query(node.query))
      : printAutoCdc(p, node.autoCdc, target, node.once);
  if (node.name === undefined) return body;
  const comment = node.comment === undefined ? undefined : `COMMENT ${printString(node.comment)}`;
  return words(head(node.mode, "FLOW"), printObjectName(node.name, p.expression), comment, "AS", body);
}

function printAutoCdc(p: Printer, node: AutoCdc, target: string | undefined, once: boolean): string {
  const columns = (each: ColumnSelection): string => {
    if (!each.except) return `(${list(each.columns, printName)})`;
    return words("*", clause("EXCEPT", each.columns, printName));
  };
  return words(
    node.legacy ? "APPLY CHANGES" : "AUTO CDC",
    once && "ONCE",
    target && `INTO ${target}`,
    `FROM ${printTable(p, node.source)}`,
    `KEYS (${list(node.keys, printName)})`,
    node.where && `WHERE ${p.expression(node.where)}`,
    node.ignoreNullUpdates &&
      words("IGNORE NULL UPDATES", node.ignoreNullUpdatesOn && `ON ${columns(node.ignoreNullUpdatesOn)}`),
    node.deleteWhen && `APPLY AS DELETE WHEN ${p.expression(node.deleteWhen)}`,
    node.truncateWhen && `APPLY AS TRUNCATE WHEN ${p.expression(node.truncateWhen)}`,
    `SEQUENCE BY ${p.expression(node.sequenceBy)}`,
    node.columns && `COLUMNS ${columns(node.columns)}`,
    `STORED AS SCD TYPE ${node.scdType}`,
    node.trackHistory && `TRACK HISTORY ON ${columns(node.trackHistory)}`,
  );
}

function printFunction(p: Printer, node: CreateFunction): string {
  const start = words(
    head(node.mode, words(node.temporary && "TEMPORARY", "FUNCTION")),
    printObjectName(node.name, p.expression),
  );
  if (node.body.kind === "class_name") return words(start, printFunctionBody(p, node.body));
  const { returns } = node;
  const result =
    returns === undefined
      ? undefined
      : returns.table
        ? words("RETURNS TABLE", returns.columns && `(${list(returns.columns, (each) => printColumn(p, each))})`)
        : returns.type && `RETURNS ${printType(returns.type)}`;
  const contains = { contains_sql: "CONTAINS SQL", reads_sql_data: "READS SQL DATA" };
  return words(
    `${start}(${list(node.parameters, (each) => printColumn(p, each))})`,
    result,
    node.language && `LANGUAGE ${node.language}`,
    node.deterministic !== undefined && (node.deterministic ? "DETERMINISTIC" : "NOT DETERMINISTIC"),
    node.comment !== undefined && `COMMENT ${printString(node.comment)}`,
    node.contains && contains[node.contains],
    node.security && `SQL SECURITY ${node.security.toUpperCase()}`,
    node.collation && `DEFAULT COLLATION ${printName(node.collation)}`,
    node.nullOnNull && "RETURNS NULL ON NULL INPUT",
    node.properties.length > 0 && `ENVIRONMENT ${printProperties(p, node.properties)}`,
    printFunctionBody(p, node.body),
  );
}

function printProcedure(p: Printer, node: CreateProcedure): string {
  const parameters = list(node.parameters, (each) => `${each.mode.toUpperCase()} ${printColumn(p, each.definition)}`);
  return words(
    `${head(node.mode, "PROCEDURE")} ${printObjectName(node.name, p.expression)}(${parameters})`,
    node.language && `LANGUAGE ${node.language}`,
    node.security && `SQL SECURITY ${node.security.toUpperCase()}`,
    node.comment !== undefined && `COMMENT ${printString(node.comment)}`,
    node.collation && `DEFAULT COLLATION ${printName(node.collation)}`,
    node.deterministic !== undefined && (node.deterministic ? "DETERMINISTIC" : "NOT DETERMINISTIC"),
    node.contains &&
      (node.contains === "contains_sql" ? "CONTAINS SQL" : node.contains.replaceAll("_", " ").toUpperCase()),
    `AS ${p.statement(node.body)}`,
  );
}

function printFunctionBody(p: Printer, body: FunctionBody): string {
  switch (body.kind) {
    case "return_expression":
      return `RETURN ${p.expression(body.expression)}`;
    case "return_query":
      return `RETURN ${p.query(body.query)}`;
    case "source_text":
      return `AS $$${body.text}$$`;
    default: {
      const resources = list(body.resources, (each) => `${each.type.toUpperCase()} ${printString(each.path)}`);
      return words(`AS ${printString(body.className)}`, resources !== "" && `USING ${resources}`);
    }
  }
}

function printSecurable(p: Printer, node: CreateSecurable): string {
  const what = words(node.variant?.toUpperCase(), objectWords(node.securable));
  const catalog = node.variant === "foreign" ? "CONNECTION" : "SHARE";
  const using = node.using && printName(node.using);
  const location = node.location === undefined ? undefined : printString(node.location);
  return words(
    head(node.mode, what),
    printObjectName(node.name, p.expression),
    node.type && `TYPE ${node.type}`,
    location && `${node.securable === "volume" ? "LOCATION" : "URL"} ${location}`,
    using && (node.securable === "catalog" ? `USING ${catalog} ${using}` : `WITH (STORAGE CREDENTIAL ${using})`),
    node.id !== undefined && `USING ID ${printString(node.id)}`,
    node.managedLocation !== undefined && `MANAGED LOCATION ${printString(node.managedLocation)}`,
    node.collation && `DEFAULT COLLATION ${printName(node.collation)}`,
    node.options.length > 0 && `OPTIONS ${printProperties(p, node.options)}`,
    node.comment !== undefined && `COMMENT ${printString(node.comment)}`,
  );
}

function printPolicy(p: Printer, node: CreatePolicy): string {
  return words(
    head(node.mode, "POLICY"),
    printIdentifier(node.name),
    `ON ${node.on.securable.toUpperCase()} ${printObjectName(node.on.name, p.expression)}`,
    node.comment !== undefined && `COMMENT ${printString(node.comment)}`,
    node.policy === "column_mask" ? "COLUMN MASK" : "ROW FILTER",
    printObjectName(node.function, p.expression),
    `TO ${list(node.to, printIdentifier)}`,
    node.exceptTo.length > 0 && `EXCEPT ${list(node.exceptTo, printIdentifier)}`,
    "FOR TABLES",
    node.when && `WHEN ${p.expression(node.when)}`,
    node.match.length > 0 && `MATCH COLUMNS ${list(node.match, (each) => printNamed(p, each))}`,
    node.onColumn && `ON COLUMN ${printIdentifier(node.onColumn)}`,
    clause("USING COLUMNS", node.usingColumns, p.expression),
  );
}

export function printDrop(p: Printer, node: DropStatement): string {
  const on =
    node.on &&
    words("ON", node.object === "policy" && objectWords(node.on.object), printObjectName(node.on.name, p.expression));
  return words(
    "DROP",
    node.temporary && "TEMPORARY",
    objectWords(node.object),
    node.ifExists && "IF EXISTS",
    printObjectName(node.name, p.expression),
    on,
    node.behaviour?.toUpperCase(),
    node.purge && "PURGE",
  );
}
