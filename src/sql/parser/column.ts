import type { DataType } from "../../core/data-type.ts";
import type {
  ColumnDefinition,
  ColumnMask,
  ColumnPosition,
  Constraint,
  Expectation,
  Generated,
  GeneratedIdentity,
} from "../ast/definition.ts";
import type { Expression } from "../ast/expression.ts";
import type { Identifier, Name, Span } from "../ast/node.ts";
import type { Cursor } from "./cursor.ts";
import { dataType, refuseBang } from "./data-type.ts";
import { objectName } from "./relation.ts";

export interface ColumnRules {
  /** Whether a column may have no type: in views, and in what a query defines. */
  readonly type: "required" | "optional";
  /** `path`: ALTER TABLE ADD COLUMN a.b INT FIRST. */
  readonly name: "single" | "path";
  /** Spark's condition for a clause written twice. */
  readonly duplicate: "CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE" | "ALTER_TABLE_COLUMN_DESCRIPTOR_DUPLICATE";
}

export const TABLE_COLUMN: ColumnRules = {
  type: "required",
  name: "single",
  duplicate: "CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE",
};
export const VIEW_COLUMN: ColumnRules = { ...TABLE_COLUMN, type: "optional" };
export const ADDED_COLUMN: ColumnRules = {
  type: "required",
  name: "path",
  duplicate: "ALTER_TABLE_COLUMN_DESCRIPTOR_DUPLICATE",
};

/** `name type [NOT NULL] [DEFAULT …] [GENERATED …] [COMMENT …] [constraints] [MASK …] [FIRST | AFTER …]`, in any order. */
export function columnDefinition(c: Cursor, rules: ColumnRules): ColumnDefinition {
  const { start } = c;
  const name = columnName(c, rules);
  let type: DataType | undefined;
  let typeSpan: Span | undefined;
  if (rules.type === "required" || !(c.atAny(",", ")", "COMMENT", "MASK", "CONSTRAINT") || c.atAll("NOT", "NULL"))) {
    const at = c.start;
    type = dataType(c);
    typeSpan = c.span(at);
  }
  let nullable = true;
  let comment: string | undefined;
  let defaults: Expression | undefined;
  let generated: Generated | undefined;
  let mask: ColumnMask | undefined;
  let position: ColumnPosition | undefined;
  const constraints: Constraint[] = [];
  const seen = new Set<string>();
  const once = (clause: string): void => {
    if (seen.has(clause)) {
      const what = rules.duplicate.startsWith("CREATE") ? "CREATE TABLE" : "ALTER TABLE";
      const shown = name.parts.map((part) => part.name).join(".");
      c.raise(rules.duplicate, `${what} column ${shown} specifies descriptor "${clause}" more than once.`, c.token);
    }
    seen.add(clause);
  };
  for (;;) {
    if (c.at("!") && c.peekIs(1, "NULL")) refuseBang(c);
    if (c.atAll("NOT", "NULL")) {
      once("NOT NULL");
      c.advance();
      c.advance();
      nullable = false;
    } else if (c.at("NULL")) {
      once("NULL");
      c.advance();
    } else if (c.at("COMMENT")) {
      once("COMMENT");
      c.advance();
      comment = c.string("a comment");
    } else if (c.at("DEFAULT")) {
      once("DEFAULT");
      c.advance();
      defaults = c.rules.expression(c);
    } else if (c.at("GENERATED")) {
      once("GENERATED ALWAYS AS");
      generated = generatedClause(c, type);
    } else if (c.at("MASK")) {
      once("MASK");
      c.advance();
      mask = columnMask(c);
    } else if (c.at("FIRST") || c.at("AFTER")) {
      once("FIRST|AFTER");
      position = columnPosition(c);
    } else {
      const constraint = columnConstraint(c);
      if (constraint === undefined) break;
      constraints.push(constraint);
    }
  }
  return {
    kind: "column_definition",
    span: c.span(start),
    name,
    type,
    typeSpan,
    nullable,
    comment,
    default: defaults,
    generated,
    constraints,
    mask,
    position,
  };
}

function columnName(c: Cursor, rules: ColumnRules): Name {
  if (rules.name === "path") return c.name("a column");
  const only = c.strictIdentifier("a column");
  return { kind: "name", span: only.span, parts: [only] };
}

/** `FIRST`, `AFTER column`. */
export function columnPosition(c: Cursor): ColumnPosition {
  const { start } = c;
  const after = c.expectAny("FIRST", "AFTER") === "AFTER" ? c.strictIdentifier("a column") : undefined;
  return { kind: "column_position", span: c.span(start), after };
}

/** After MASK: `function [USING COLUMNS (…)]`. */
export function columnMask(c: Cursor): ColumnMask {
  const { start } = c;
  const name = objectName(c, "a function");
  const using = c.acceptAll("USING", "COLUMNS") ? c.parenthesized(() => c.rules.expression(c)) : [];
  return { kind: "column_mask", span: c.span(start), function: name, using };
}

function generatedClause(c: Cursor, type: DataType | undefined): Generated {
  const { start } = c;
  c.expect("GENERATED");
  const always = c.expectAny("ALWAYS", "BY") === "ALWAYS";
  if (!always) c.expect("DEFAULT");
  c.expect("AS");
  if (always && c.at("(")) {
    c.advance();
    const expression = c.rules.expression(c);
    c.expect(")");
    return { kind: "generated_expression", span: c.span(start), expression };
  }
  c.expect("IDENTITY");
  const { first, step } = c.at("(") ? identityOptions(c) : { first: undefined, step: undefined };
  const identity: GeneratedIdentity = { kind: "generated_identity", span: c.span(start), always, start: first, step };
  if (type !== undefined && type.kind !== "long" && type.kind !== "int") {
    c.raise(
      "IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE",
      `DataType ${type.kind} is not supported for IDENTITY columns.`,
      identity,
      "Use BIGINT.",
    );
  }
  return identity;
}

function identityOptions(c: Cursor): { first: bigint | undefined; step: bigint | undefined } {
  let first: bigint | undefined;
  let step: bigint | undefined;
  c.expect("(");
  while (!c.at(")")) {
    const at = c.token;
    const word = c.expectAny("START", "INCREMENT");
    if ((word === "START" ? first : step) !== undefined) {
      c.raise(
        "IDENTITY_COLUMNS_DUPLICATED_SEQUENCE_GENERATOR_OPTION",
        `Duplicated IDENTITY column sequence generator option: ${word}.`,
        at,
      );
    }
    c.expect(word === "START" ? "WITH" : "BY");
    const value = c.signedInteger();
    if (word === "START") first = value;
    else step = value;
    if (step === 0n) c.raise("IDENTITY_COLUMNS_ILLEGAL_STEP", "IDENTITY column step cannot be 0.", at);
  }
  c.expect(")");
  return { first, step };
}

/** A constraint that stands with its column. */
function columnConstraint(c: Cursor): Constraint | undefined {
  const { start } = c;
  const name = c.accept("CONSTRAINT") ? c.strictIdentifier("a constraint's name") : undefined;
  if (c.at("EXPECT") && name !== undefined) return expectation(c, start, name);
  if (c.acceptAll("PRIMARY", "KEY") || c.at("UNIQUE")) {
    const kind = c.accept("UNIQUE") ? "unique" : "primary_key";
    const characteristics = constraintCharacteristics(c);
    return { kind, span: c.span(start), name, columns: [], timeSeries: undefined, characteristics };
  }
  const foreign = c.acceptAll("FOREIGN", "KEY");
  if (foreign || c.at("REFERENCES")) return references(c, start, name, []);
  if (c.at("CHECK")) return check(c, start, name);
  return name === undefined ? undefined : c.fail("PRIMARY KEY, FOREIGN KEY, UNIQUE, CHECK, EXPECT");
}

/** `[CONSTRAINT name] CHECK | PRIMARY KEY | UNIQUE | FOREIGN KEY | EXPECT …` among the columns or after ADD. */
export function tableConstraint(c: Cursor): Constraint {
  const { start } = c;
  const named = c.at("CONSTRAINT") && c.accept("CONSTRAINT");
  const name = named ? c.strictIdentifier("a constraint's name") : undefined;
  if (c.at("EXPECT") && name !== undefined) return expectation(c, start, name);
  if (c.at("CHECK")) return check(c, start, name);
  if (c.acceptAll("PRIMARY", "KEY") || c.at("UNIQUE")) {
    const kind = c.accept("UNIQUE") ? "unique" : "primary_key";
    let timeSeries: Identifier | undefined;
    const columns = c.parenthesized(() => {
      const column = c.strictIdentifier("a column");
      if (c.accept("TIMESERIES")) timeSeries = column;
      return column;
    });
    const characteristics = constraintCharacteristics(c);
    return { kind, span: c.span(start), name, columns, timeSeries, characteristics };
  }
  c.expect("FOREIGN", "KEY");
  const columns = c.parenthesized(() => c.strictIdentifier("a column"));
  return references(c, start, name, columns);
}

/** Whether a constraint, and no column of that name, starts here. */
export function atConstraint(c: Cursor): boolean {
  if (c.at("CONSTRAINT")) return c.peekIs(2, "EXPECT", "CHECK", "PRIMARY", "UNIQUE", "FOREIGN");
  return c.atAll("PRIMARY", "KEY") || c.atAll("FOREIGN", "KEY") || c.atAll("CHECK", "(") || c.atAll("UNIQUE", "(");
}

function check(c: Cursor, start: number, name: Identifier | undefined): Constraint {
  c.expect("CHECK", "(");
  const condition = c.rules.expression(c);
  c.expect(")");
  const characteristics = constraintCharacteristics(c);
  return { kind: "check", span: c.span(start), name, condition, characteristics };
}

function references(
  c: Cursor,
  start: number,
  name: Identifier | undefined,
  columns: readonly Identifier[],
): Constraint {
  c.expect("REFERENCES");
  const table = objectName(c, "a table");
  const referencedColumns = c.at("(") ? c.parenthesized(() => c.strictIdentifier("a column")) : [];
  const characteristics = constraintCharacteristics(c);
  return {
    kind: "foreign_key",
    span: c.span(start),
    name,
    columns,
    references: table,
    referencedColumns,
    characteristics,
  };
}

const CHARACTERISTICS = [
  "NOT ENFORCED",
  "ENFORCED",
  "NOT DEFERRABLE",
  "DEFERRABLE",
  "INITIALLY DEFERRED",
  "INITIALLY IMMEDIATE",
  "NORELY",
  "RELY",
  "MATCH FULL",
  "ON UPDATE NO ACTION",
  "ON DELETE NO ACTION",
];

function constraintCharacteristics(c: Cursor): string[] {
  const found: string[] = [];
  for (;;) {
    const next = CHARACTERISTICS.find((each) => c.acceptAll(...each.split(" ")));
    if (next === undefined) return found;
    if (found.includes(next)) c.fail();
    found.push(next);
  }
}

function expectation(c: Cursor, start: number, name: Identifier): Expectation {
  c.expect("EXPECT");
  const condition = c.rules.expression(c);
  let action: Expectation["action"] = "warn";
  if (c.acceptAll("ON", "VIOLATION")) {
    if (c.expectAny("DROP", "FAIL") === "DROP") {
      c.expect("ROW");
      action = "drop";
    } else {
      c.expect("UPDATE");
      action = "fail";
    }
  }
  return { kind: "expectation", span: c.span(start), name, condition, action };
}

/** `( columns and constraints )` of a table, view or dataset. */
export function tableElements(
  c: Cursor,
  rules: ColumnRules,
): { readonly columns: ColumnDefinition[]; readonly constraints: Constraint[] } {
  const columns: ColumnDefinition[] = [];
  const constraints: Constraint[] = [];
  c.parenthesized(() => {
    if (atConstraint(c)) constraints.push(tableConstraint(c));
    else columns.push(columnDefinition(c, rules));
  });
  return { columns, constraints };
}
