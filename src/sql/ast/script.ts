import type { DataType } from "../../core/data-type.ts";
import type { Expression, NamedExpression, ObjectName } from "./expression.ts";
import type { Identifier, Name, Node, Span } from "./node.ts";
import type { Assignment, Query } from "./query.ts";
import type { Statement } from "./statement.ts";

/** SQL scripting (SQL/PSM) and session variables. */
export type ScriptStatement =
  | Block
  | If
  | CaseStatement
  | While
  | Repeat
  | Loop
  | For
  | Jump
  | DeclareVariable
  | DeclareCondition
  | DeclareHandler
  | DeclareCursor
  | CursorStatement
  | Signal
  | SetVariable
  | ExecuteImmediate
  | CallProcedure;

/** `[label:] BEGIN … END [label]`. */
export interface Block extends Node {
  readonly kind: "block";
  readonly label: Identifier | undefined;
  readonly atomic: boolean;
  readonly statements: readonly Statement[];
}

export interface If extends Node {
  readonly kind: "if";
  readonly branches: readonly ScriptBranch[];
  readonly otherwise: readonly Statement[] | undefined;
}

export interface ScriptBranch {
  readonly condition: Expression;
  readonly statements: readonly Statement[];
}

export interface CaseStatement extends Node {
  readonly kind: "case_statement";
  readonly operand: Expression | undefined;
  readonly branches: readonly ScriptBranch[];
  readonly otherwise: readonly Statement[] | undefined;
}

export interface While extends Node {
  readonly kind: "while";
  readonly label: Identifier | undefined;
  readonly condition: Expression;
  readonly statements: readonly Statement[];
}

export interface Repeat extends Node {
  readonly kind: "repeat";
  readonly label: Identifier | undefined;
  readonly statements: readonly Statement[];
  readonly until: Expression;
}

export interface Loop extends Node {
  readonly kind: "loop";
  readonly label: Identifier | undefined;
  readonly statements: readonly Statement[];
}

export interface For extends Node {
  readonly kind: "for";
  readonly label: Identifier | undefined;
  readonly variable: Identifier | undefined;
  readonly query: Query;
  readonly statements: readonly Statement[];
}

/** `LEAVE label`, `ITERATE label`. */
export interface Jump extends Node {
  readonly kind: "jump";
  readonly to: "leave" | "iterate";
  readonly label: Identifier;
}

export interface DeclareVariable extends Node {
  readonly kind: "declare_variable";
  readonly replace: boolean;
  /** Several names share one type and default. */
  readonly names: readonly ObjectName[];
  readonly type: DataType | undefined;
  readonly typeSpan: Span | undefined;
  readonly default: Expression | undefined;
}

/** `DECLARE name CONDITION FOR SQLSTATE '…'`. */
export interface DeclareCondition extends Node {
  readonly kind: "declare_condition";
  readonly name: Identifier;
  readonly sqlState: string | undefined;
}

/** `DECLARE EXIT | CONTINUE HANDLER FOR condition, … statement`. */
export interface DeclareHandler extends Node {
  readonly kind: "declare_handler";
  readonly action: "exit" | "continue";
  readonly conditions: readonly HandlerCondition[];
  readonly body: Statement;
}

export type HandlerCondition =
  | { readonly on: "sqlstate"; readonly value: string }
  | { readonly on: "sqlexception" | "not_found" }
  | { readonly on: "condition"; readonly name: Name };

/** `DECLARE name [INSENSITIVE] CURSOR FOR query`. */
export interface DeclareCursor extends Node {
  readonly kind: "declare_cursor";
  readonly name: Identifier;
  readonly sensitivity: "asensitive" | "insensitive" | undefined;
  readonly query: Query;
}

/** `OPEN c USING …`, `FETCH NEXT FROM c INTO …`, `CLOSE c`. */
export interface CursorStatement extends Node {
  readonly kind: "cursor";
  readonly action: "open" | "fetch" | "close";
  readonly name: Name;
  readonly using: readonly NamedExpression[];
  readonly into: readonly Name[];
}

/** `SIGNAL condition | SQLSTATE '…' SET MESSAGE_TEXT = …`, `RESIGNAL`. */
export interface Signal extends Node {
  readonly kind: "signal";
  readonly again: boolean;
  readonly condition: Name | undefined;
  readonly sqlState: string | undefined;
  readonly items: readonly Assignment[];
}

/** `SET VARIABLE a = 1, b = 2`, `SET VAR (a, b) = (SELECT …)`. */
export interface SetVariable extends Node {
  readonly kind: "set_variable";
  readonly assignments: readonly Assignment[];
  /** For the second form. */
  readonly targets: readonly Name[];
  readonly query: Query | undefined;
}

export interface ExecuteImmediate extends Node {
  readonly kind: "execute_immediate";
  readonly statement: Expression;
  readonly into: readonly Name[];
  readonly using: readonly NamedExpression[];
}

/** `CALL procedure(…)`. */
export interface CallProcedure extends Node {
  readonly kind: "call_procedure";
  readonly name: ObjectName;
  readonly arguments: readonly { readonly name: Identifier | undefined; readonly value: Expression }[];
}
