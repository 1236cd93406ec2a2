import type {
  Argument,
  Call,
  Expression,
  FrameBound,
  IntervalPart,
  JsonStep,
  Literal,
  NamedExpression,
  SortItem,
  Window,
  WindowReference,
} from "./ast/expression.ts";
import { list, printIdentifier, printName, printObjectName, printString, printType, words } from "./print-name.ts";
import type { Printer } from "./print.ts";
import { unreachable } from "../core/errors.ts";

/** An expression as text. Every operand that is more than a name, a constant or a call stands in parentheses. */
export function printExpression(p: Printer, node: Expression): string {
  const print = (each: Expression): string => printExpression(p, each);
  const operand = (each: Expression): string => (isAtom(each) ? print(each) : `(${print(each)})`);
  const not = (negated: boolean): string | undefined => (negated ? "NOT" : undefined);
  switch (node.kind) {
    case "literal":
      return printLiteral(node);
    case "typed_literal":
      return `${node.type.toUpperCase()} ${printString(node.text)}`;
    case "interval":
      return words("INTERVAL", ...node.parts.map(printIntervalPart), node.to && `TO ${node.to.toUpperCase()}`);
    case "parameter":
      return node.name === undefined ? "?" : `:${node.name}`;
    case "column":
      return node.parts.map(printIdentifier).join(".");
    case "dynamic_column":
      return printObjectName(node.name, print);
    case "star": {
      const star = node.qualifier === undefined ? "*" : `${printName(node.qualifier)}.*`;
      return node.except.length === 0 ? star : `${star} EXCEPT (${list(node.except, printName)})`;
    }
    case "unary":
      if (node.operator === "not") return `NOT ${operand(node.operand)}`;
      return `${node.operator}${isName(node.operand) ? print(node.operand) : `(${print(node.operand)})`}`;
    case "binary": {
      // `a AND b AND c` goes from left to right, as it was read.
      const chain = node.left.kind === "binary" && node.left.operator === node.operator;
      return `${chain ? print(node.left) : operand(node.left)} ${node.operator.toUpperCase()} ${operand(node.right)}`;
    }
    case "between":
      return words(operand(node.operand), not(node.negated), "BETWEEN", operand(node.low), "AND", operand(node.high));
    case "in":
      return words(operand(node.operand), not(node.negated), `IN (${list(node.list, print)})`);
    case "in_query":
      return words(operand(node.operand), not(node.negated), `IN (${p.query(node.query)})`);
    case "exists":
      return `EXISTS (${p.query(node.query)})`;
    case "like": {
      const escape = node.escape === undefined ? undefined : `ESCAPE ${printString(node.escape)}`;
      return words(
        operand(node.operand),
        not(node.negated),
        node.operator.toUpperCase(),
        operand(node.pattern),
        escape,
      );
    }
    case "like_quantified": {
      const patterns = `${node.quantifier.toUpperCase()} (${list(node.patterns, print)})`;
      return words(operand(node.operand), not(node.negated), node.operator.toUpperCase(), patterns);
    }
    case "is":
      return words(operand(node.operand), "IS", not(node.negated), node.test.toUpperCase());
    case "distinct_from":
      return words(operand(node.left), "IS", not(node.negated), "DISTINCT FROM", operand(node.right));
    case "case": {
      const branches = node.branches.map((branch) => `WHEN ${print(branch.when)} THEN ${print(branch.result)}`);
      const otherwise = node.otherwise && `ELSE ${print(node.otherwise)}`;
      return words("CASE", node.operand && print(node.operand), ...branches, otherwise, "END");
    }
    case "cast": {
      const type = printType(node.type);
      if (node.syntax === "colons") return `${base(node.operand)}${node.try ? " ?:: " : "::"}${type}`;
      return `${node.try ? "TRY_CAST" : "CAST"}(${print(node.operand)} AS ${type})`;
    }
    case "collate":
      return `${base(node.operand)} COLLATE ${printName(node.collation)}`;
    case "call":
      return printCall(p, node);
    case "extract":
      return `EXTRACT(${printIdentifier(node.field)} FROM ${print(node.source)})`;
    case "trim":
      return `TRIM(${words(node.side?.toUpperCase(), node.characters && print(node.characters), "FROM", print(node.source))})`;
    case "datetime_unit":
      return node.unit.toUpperCase();
    case "struct":
      return `${node.syntax === "function" ? "STRUCT" : ""}(${list(node.fields, (each) => printNamed(p, each))})`;
    case "lambda": {
      const parameters = node.parameters.map(printIdentifier).join(", ");
      return `${node.parameters.length === 1 ? parameters : `(${parameters})`} -> ${print(node.body)}`;
    }
    case "subscript":
      return `${base(node.base)}[${print(node.index)}]`;
    case "field":
      // `(a).b`, `(1).f`: without the parentheses it would be one reference, or one number.
      return `${readsOn(node.base) ? `(${print(node.base)})` : base(node.base)}.${printIdentifier(node.field)}`;
    case "json_path":
      return `${base(node.base)}:${node.path.map(printStep).join("")}`;
    case "subquery":
      return `(${p.query(node.query)})`;
    default:
      return unreachable("every kind of expression is printed");
  }

  function base(each: Expression): string {
    return isBase(each) ? print(each) : `(${print(each)})`;
  }
}

export function printNamed(p: Printer, node: NamedExpression): string {
  const expression = p.expression(node.expression);
  const [first, ...more] = node.aliases;
  if (first === undefined) return expression;
  return `${expression} AS ${more.length === 0 ? printIdentifier(first) : `(${list(node.aliases, printIdentifier)})`}`;
}

export function printSort(p: Printer, item: SortItem): string {
  const nulls = item.nulls && `NULLS ${item.nulls.toUpperCase()}`;
  return words(p.expression(item.expression), item.direction?.toUpperCase(), nulls);
}

export function printWindow(p: Printer, window: Window | WindowReference): string {
  if (window.kind === "window_reference") return printIdentifier(window.name);
  const { partitionBy, orderBy, frame } = window;
  const partition = partitionBy.length > 0 && `PARTITION BY ${list(partitionBy, p.expression)}`;
  const order = orderBy.length > 0 && `ORDER BY ${list(orderBy, (item) => printSort(p, item))}`;
  const bound = (each: FrameBound): string => {
    if (each.side === "current_row") return "CURRENT ROW";
    return `${each.offset === undefined ? "UNBOUNDED" : p.expression(each.offset)} ${each.side.toUpperCase()}`;
  };
  const units = frame?.units.toUpperCase();
  const text =
    frame === undefined
      ? undefined
      : frame.end === undefined
        ? `${units} ${bound(frame.start)}`
        : `${units} BETWEEN ${bound(frame.start)} AND ${bound(frame.end)}`;
  return `(${words(partition, order, text)})`;
}

export function printArgument(p: Printer, argument: Argument): string {
  const value = p.expression(argument.value);
  return argument.name === undefined ? value : `${printIdentifier(argument.name)} => ${value}`;
}

function printCall(p: Printer, node: Call): string {
  const name = printObjectName(node.name, p.expression);
  const args = node.arguments.map((each) => printArgument(p, each));
  const inside =
    node.syntax === "keywords" ? withKeywords(name, args) : `${node.distinct ? "DISTINCT " : ""}${args.join(", ")}`;
  const within = list(node.withinGroup, (item) => printSort(p, item));
  return words(
    `${name}(${inside})`,
    within !== "" && `WITHIN GROUP (ORDER BY ${within})`,
    node.filter && `FILTER (WHERE ${p.expression(node.filter)})`,
    node.nulls && `${node.nulls.toUpperCase()} NULLS`,
    node.over && `OVER ${printWindow(p, node.over)}`,
  );
}

function withKeywords(name: string, args: readonly string[]): string {
  const keywords = { position: ["IN"], overlay: ["PLACING", "FROM", "FOR"] }[name.toLowerCase()] ?? ["FROM", "FOR"];
  return args.map((each, index) => (index === 0 ? each : `${keywords[index - 1] ?? ","} ${each}`)).join(" ");
}

function printLiteral({ type, value }: Literal): string {
  if (value === null) return "NULL";
  switch (typeof value) {
    case "boolean":
      return value ? "TRUE" : "FALSE";
    case "bigint":
      return `${value}L`;
    case "number": {
      const suffix = { byte: "Y", short: "S", float: "F", double: "D" }[String(type.kind)] ?? "";
      return `${Object.is(value, -0) ? "-0" : String(value)}${suffix}`;
    }
    case "string":
      return type.kind === "decimal" ? `${value}BD` : printString(value);
    default:
      return `X'${Buffer.from(value).toString("hex").toUpperCase()}'`;
  }
}

function printIntervalPart(part: IntervalPart): string {
  const value = part.quoted ? printString(part.value) : part.value;
  return `${part.negative ? "-" : ""}${value} ${part.unit.toUpperCase()}`;
}

function printStep(step: JsonStep, index: number): string {
  if (step.key === undefined) return "[*]";
  if (typeof step.key === "number") return `[${step.key}]`;
  if (step.brackets) return `[${printString(step.key)}]`;
  const name = step.exact ? `\`${step.key.replaceAll("`", "``")}\`` : step.key;
  return index === 0 ? name : `.${name}`;
}

/** What needs no parentheses beside an operator. */
function isAtom(node: Expression): boolean {
  switch (node.kind) {
    case "unary":
    case "binary":
    case "between":
    case "in":
    case "in_query":
    case "like":
    case "like_quantified":
    case "is":
    case "distinct_from":
    case "lambda":
      return false;
    default:
      return true;
  }
}

/** What `.`, `[`, `::` and `:` can follow as it is. */
function isBase(node: Expression): boolean {
  if (node.kind === "call") return node.over === undefined && node.filter === undefined && node.nulls === undefined;
  return (
    isAtom(node) &&
    node.kind !== "json_path" &&
    node.kind !== "star" &&
    node.kind !== "interval" &&
    !(node.kind === "cast" && node.syntax === "colons" && node.try)
  );
}

function readsOn(node: Expression): boolean {
  return node.kind === "column" || node.kind === "dynamic_column" || node.kind === "literal";
}

/** What a sign can stand before as it is: before a number it would become part of it. */
function isName(node: Expression): boolean {
  return ["column", "dynamic_column", "call", "parameter", "subquery", "case"].includes(node.kind);
}
