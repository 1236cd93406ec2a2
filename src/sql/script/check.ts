import { sqlStateOf } from "../../core/sql-state.ts";
import type { Identifier, Span } from "../ast/node.ts";
import type { Block, DeclareHandler, DeclareVariable } from "../ast/script.ts";
import type { Statement } from "../ast/statement.ts";
import { conditionName } from "./handler.ts";
import { scriptError, type Place } from "./host.ts";

/** What a script says wrongly before any of it runs: the order of declarations, labels, conditions. Throws Spark's conditions. */
export function checkScript(block: Block, at: Place): void {
  new Check(at).block(block, { labels: [], conditions: new Set() });
}

interface Around {
  readonly labels: readonly { readonly name: string; readonly loop: boolean }[];
  readonly conditions: ReadonlySet<string>;
}

const DECLARATIONS: readonly Statement["kind"][] = ["declare_variable", "declare_condition", "declare_cursor"];
const FORBIDDEN = ["builtin", "session", "sys", "system"];

class Check {
  readonly #at: Place;

  constructor(at: Place) {
    this.#at = at;
  }

  block(node: Block, around: Around): void {
    const inner = this.#labelled(node.label, false, around);
    const conditions = new Set(around.conditions);
    const own = new Set<string>();
    const handled = new Set<string>();
    let phase: "declarations" | "handlers" | "statements" = "declarations";
    for (const each of node.statements) {
      if (each.kind === "declare_handler") {
        if (phase === "statements") {
          const why = "Handlers must be declared after variable/condition declaration, and before other statements.";
          throw this.#handler(each, "WRONG_PLACE_OF_DECLARATION", why);
        }
        phase = "handlers";
        this.#declaredHandler(each, handled, { ...inner, conditions });
      } else if (DECLARATIONS.includes(each.kind)) {
        if (phase !== "declarations") this.#late(each);
        if (each.kind === "declare_condition") {
          const name = each.name.name.toUpperCase();
          if (own.has(name)) {
            const message = `Found duplicate condition \`${name}\` in the scope. Please, remove one of them.`;
            throw this.#error(each.span, "DUPLICATE_CONDITION_IN_SCOPE", message);
          }
          if (each.sqlState !== undefined) this.#sqlState(each.sqlState, each.span);
          own.add(name);
          conditions.add(name);
        }
      } else {
        phase = "statements";
        this.#statement(each, { ...inner, conditions });
      }
    }
  }

  #late(node: Statement): void {
    if (node.kind === "declare_variable")
      throw this.#variable(node, "ONLY_AT_BEGINNING", "can only be declared at the beginning of the compound.");
    if (node.kind !== "declare_condition") return;
    const message = `Invalid condition declaration. Condition \`${node.name.name.toUpperCase()}\` can only be declared at the start of a BEGIN END compound statement.`;
    throw this.#error(node.span, "INVALID_ERROR_CONDITION_DECLARATION.NOT_AT_START_OF_COMPOUND_STATEMENT", message);
  }

  #declaredHandler(node: DeclareHandler, handled: Set<string>, around: Around): void {
    const seen = new Set<string>();
    for (const condition of node.conditions) {
      const general = condition.on === "sqlexception" || condition.on === "not_found";
      if (
        general &&
        node.conditions.length > 1 &&
        node.conditions.some((each) => each.on === "condition" || each.on === "sqlstate")
      ) {
        const why =
          "Invalid combination of conditions in the handler declaration. SQLEXCEPTION and NOT FOUND cannot be used together with other condition/sqlstate values.";
        throw this.#handler(node, "INVALID_CONDITION_COMBINATION", why);
      }
      const key =
        condition.on === "condition"
          ? conditionName(condition)
          : condition.on === "sqlstate"
            ? condition.value
            : condition.on;
      const [kind, shown] =
        condition.on === "condition" ? ["CONDITION", `condition ${key}`] : ["SQLSTATE", `sqlState ${key}`];
      if (condition.on === "sqlstate") this.#sqlState(condition.value, node.span);
      if (seen.has(key)) {
        const why = `Found duplicate ${shown} in the handler declaration. Please, remove one of them.`;
        throw this.#handler(node, `DUPLICATE_${kind}_IN_HANDLER_DECLARATION`, why);
      }
      seen.add(key);
      if (condition.on === "condition" && !around.conditions.has(key) && sqlStateOf(key) === undefined) {
        throw this.#handler(node, "CONDITION_NOT_FOUND", `Condition ${key} not found.`);
      }
      if (handled.has(key)) {
        const message = `Found duplicate handlers. Please, remove one of them. Found duplicate handlers for the same ${shown}.`;
        throw this.#error(node.span, `DUPLICATE_EXCEPTION_HANDLER.${kind}`, message);
      }
      handled.add(key);
    }
    this.#statement(node.body, around);
  }

  #statement(node: Statement, around: Around): void {
    switch (node.kind) {
      case "block":
        return this.block(node, around);
      case "if":
      case "case_statement":
        for (const branch of node.branches) this.#statements(branch.statements, around);
        return this.#statements(node.otherwise ?? [], around);
      case "while":
      case "repeat":
      case "loop":
        return this.#statements(node.statements, this.#labelled(node.label, true, around));
      case "for": {
        const labelled = this.#labelled(node.label, true, around);
        return this.#statements(node.statements, this.#labelled(node.variable, false, labelled));
      }
      case "jump": {
        const name = node.label.name.toLowerCase();
        const found = around.labels.find((each) => each.name === name);
        const shown = node.label.name.toUpperCase();
        if (found === undefined) {
          const word = node.to.toUpperCase();
          const message = `The usage of the label ${shown} is invalid. Label was used in the ${word} statement, but the label does not belong to any surrounding block.`;
          throw this.#error(node.label.span, "INVALID_LABEL_USAGE.DOES_NOT_EXIST", message);
        }
        if (node.to === "iterate" && !found.loop) {
          const message = `The usage of the label ${shown} is invalid. ITERATE statement cannot be used with a label that belongs to a compound (BEGIN...END) body.`;
          throw this.#error(node.label.span, "INVALID_LABEL_USAGE.ITERATE_IN_COMPOUND", message);
        }
        return;
      }
      case "signal":
        if (node.sqlState !== undefined) this.#sqlState(node.sqlState, node.span);
        return;
      default:
        return;
    }
  }

  #statements(nodes: readonly Statement[], around: Around): void {
    for (const each of nodes) {
      if (each.kind === "declare_variable") {
        throw this.#variable(
          each,
          "NOT_ALLOWED_IN_SCOPE",
          "is not allowed in this scope.",
          "Declaration of the variable",
        );
      }
      if (each.kind === "declare_handler") {
        throw this.#handler(each, "NOT_ALLOWED_IN_SCOPE", "A handler is not allowed in this scope.");
      }
      this.#statement(each, around);
    }
  }

  /** The names around a labelled statement, and its own. */
  #labelled(label: Identifier | undefined, loop: boolean, around: Around): Around {
    if (label === undefined) return around;
    const name = label.name.toLowerCase();
    if (FORBIDDEN.includes(name)) {
      const message = `The label or FOR variable name \`${label.name}\` is forbidden.`;
      throw this.#error(label.span, "LABEL_OR_FOR_VARIABLE_NAME_FORBIDDEN", message);
    }
    if (around.labels.some((each) => each.name === name)) {
      const message = `The label or FOR variable \`${label.name}\` already exists. Choose another name or rename the existing one.`;
      throw this.#error(label.span, "LABEL_OR_FOR_VARIABLE_ALREADY_EXISTS", message);
    }
    return { ...around, labels: [...around.labels, { name, loop }] };
  }

  #sqlState(state: string, span: Span): void {
    if (/^(?!00|01|XX)[A-Z0-9]{5}$/.test(state.toUpperCase())) return;
    const message = `Invalid SQLSTATE value: '${state}'. SQLSTATE must be exactly 5 characters long and contain only A-Z and 0-9. SQLSTATE must not start with '00', '01', or 'XX'.`;
    throw this.#error(span, "INVALID_SQLSTATE", message);
  }

  #variable(node: DeclareVariable, reason: string, why: string, subject = "Variable"): Error {
    const name = this.#at.text.slice(node.names[0]?.span.start, node.names[0]?.span.end);
    const message = `Invalid variable declaration. ${subject} \`${name}\` ${why}`;
    return this.#error(node.span, `INVALID_VARIABLE_DECLARATION.${reason}`, message);
  }

  #handler(node: DeclareHandler, reason: string, why: string): Error {
    const { start } = node.span;
    const span = { start, end: Math.min(node.span.end, node.body.span.start) };
    return this.#error(span, `INVALID_HANDLER_DECLARATION.${reason}`, `Invalid handler declaration. ${why}`);
  }

  #error(span: Span, code: string, message: string): Error {
    return scriptError(this.#at, span, code, message);
  }
}
