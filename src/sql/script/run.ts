import type { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import type { Expression } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import type {
  Block,
  CaseStatement,
  CursorStatement,
  For,
  If,
  Jump,
  Loop,
  Repeat,
  ScriptBranch,
  While,
} from "../ast/script.ts";
import type { Statement } from "../ast/statement.ts";
import { checkScript } from "./check.ts";
import { executeImmediate } from "./execute-immediate.ts";
import { findHandler } from "./handler.ts";
import { scriptError, type Place, type ScriptHost } from "./host.ts";
import { closeCursors, cursorStatement } from "./cursor.ts";
import { valueOf } from "./query.ts";
import { newScope, type Scope } from "./scope.ts";
import { signalled } from "./signal.ts";
import { declareVariable, setVariable } from "./variables.ts";

/**
 * Runs `BEGIN … END`, and gives the result of its last query. Everything that touches data is the host's. Source of the rules:
 * Spark 4.1's SqlScriptingExecution; SIGNAL, RESIGNAL and cursors as Databricks has them.
 */
export async function runScript<Result>(block: Block, host: ScriptHost<Result>, at: Place): Promise<Result> {
  checkScript(block, at);
  const run = new ScriptRun(host, at);
  await run.block(block, undefined, undefined, undefined);
  return run.result ?? host.nothing("SCRIPT");
}

/** Why the statements after this one are not run: a jump to a label, or out of the block whose handler has run. */
type Flow =
  | { readonly to: "leave" | "iterate"; readonly label: string }
  | { readonly to: "exit"; readonly scope: Scope };

/** A statement that a CONTINUE handler has skipped has no value. */
const SKIPPED = Symbol("skipped");

class ScriptRun<Result> {
  result: Result | undefined;
  readonly #host: ScriptHost<Result>;
  readonly #at: Place;

  constructor(host: ScriptHost<Result>, at: Place) {
    this.#host = host;
    this.#at = at;
  }

  async block(
    node: Block,
    parent: Scope | undefined,
    handled: BoathouseError | undefined,
    outer: Scope | undefined,
  ): Promise<Flow | undefined> {
    const scope = newScope(node.label?.name, parent, outer);
    for (const each of node.statements) if (each.kind === "declare_handler") scope.handlers.push(each);
    try {
      const flow = await this.#statements(node.statements, scope, handled);
      if (flow?.to === "exit") return flow.scope === scope ? undefined : flow;
      return flow?.to === "leave" && isLabel(flow.label, node.label) ? undefined : flow;
    } finally {
      await closeCursors(scope);
    }
  }

  async #statements(
    nodes: readonly Statement[],
    scope: Scope,
    handled: BoathouseError | undefined,
  ): Promise<Flow | undefined> {
    for (const node of nodes) {
      const flow = await this.#statement(node, scope, handled);
      if (flow !== undefined) return flow;
    }
    return undefined;
  }

  async #statement(node: Statement, scope: Scope, handled: BoathouseError | undefined): Promise<Flow | undefined> {
    const at = { ...this.#at, scope };
    switch (node.kind) {
      case "block":
        return this.block(node, scope, handled, scope);
      case "if":
        return this.#branches(node, scope, handled, (branch) => branch.condition);
      case "case_statement":
        return this.#branches(node, scope, handled, (branch) => caseCondition(node, branch));
      case "while":
      case "repeat":
      case "loop":
        return this.#loop(node, scope, handled);
      case "for":
        return this.#for(node, scope, handled);
      case "jump":
        return jump(node);
      case "declare_handler":
        return undefined;
      case "declare_condition":
        scope.conditions.set(node.name.name.toLowerCase(), node.sqlState ?? "45000");
        return undefined;
      case "declare_cursor":
        scope.cursors.set(node.name.name.toLowerCase(), { declaration: node, open: undefined });
        return undefined;
      case "declare_variable":
        return this.#guarded(scope, () => declareVariable(node, this.#host, at));
      case "set_variable":
        return this.#guarded(scope, () => setVariable(node, this.#host, at));
      case "execute_immediate":
        return this.#guarded(scope, async () => this.#keep(await executeImmediate(node, this.#host, at)));
      case "cursor":
        return this.#cursor(node, scope, at);
      case "signal":
        return this.#guarded(scope, async () => {
          throw await signalled(node, handled, this.#host, at);
        });
      default:
        return this.#guarded(scope, async () => this.#keep(await this.#host.run(node, at)));
    }
  }

  #keep(result: Result): void {
    if (this.#host.isRows(result)) this.result = result;
  }

  /** Runs what may fail. A handler that takes the error decides where the script goes on. */
  async #guarded(scope: Scope, work: () => Promise<void>): Promise<Flow | undefined> {
    const done = await this.#value(scope, work);
    return typeof done === "object" ? done.flow : undefined;
  }

  /** The value of what may fail, or where a handler of the error goes; `SKIPPED` after a CONTINUE handler. */
  async #value<T>(
    scope: Scope,
    work: () => Promise<T>,
  ): Promise<{ readonly value: T | typeof SKIPPED; readonly flow: Flow | undefined }> {
    try {
      return { value: await work(), flow: undefined };
    } catch (error) {
      const found = findHandler(error, scope);
      if (found === undefined) throw error;
      const { handler, scope: declaring } = found;
      const { body } = handler;
      const around = declaring.outerHandlers;
      const inner = newScope(undefined, declaring, around);
      const flow =
        body.kind === "block"
          ? await this.block(body, declaring, found.error, around)
          : await this.#statement(body, inner, found.error);
      // As in Spark, leaving a block further out from here only ends the handler: its own block decides where it goes on.
      if (flow !== undefined && flow.to !== "exit") return { value: SKIPPED, flow };
      return { value: SKIPPED, flow: handler.action === "exit" ? { to: "exit", scope: declaring } : undefined };
    }
  }

  async #branches(
    node: If | CaseStatement,
    scope: Scope,
    handled: BoathouseError | undefined,
    conditionOf: (branch: ScriptBranch) => Expression,
  ): Promise<Flow | undefined> {
    for (const branch of node.branches) {
      const { value, flow } = await this.#value(scope, () => this.#isTrue(conditionOf(branch), scope));
      if (flow !== undefined || value === SKIPPED) return flow;
      if (value) return this.#statements(branch.statements, scope, handled);
    }
    return this.#statements(node.otherwise ?? [], scope, handled);
  }

  async #loop(
    node: While | Repeat | Loop,
    scope: Scope,
    handled: BoathouseError | undefined,
  ): Promise<Flow | undefined> {
    for (;;) {
      await this.#host.turn();
      if (node.kind === "while") {
        const { value, flow } = await this.#value(scope, () => this.#isTrue(node.condition, scope));
        if (flow !== undefined || value !== true) return flow;
      }
      const flow = await this.#statements(node.statements, scope, handled);
      if (flow !== undefined && !(flow.to === "iterate" && isLabel(flow.label, node.label))) {
        return flow.to === "leave" && isLabel(flow.label, node.label) ? undefined : flow;
      }
      if (node.kind === "repeat") {
        const { value, flow: handledFlow } = await this.#value(scope, () => this.#isTrue(node.until, scope));
        if (handledFlow !== undefined || value !== false) return handledFlow;
      }
    }
  }

  /** The columns of each row are variables: by themselves, and behind the name of the loop's variable. */
  async #for(node: For, scope: Scope, handled: BoathouseError | undefined): Promise<Flow | undefined> {
    const host = this.#host;
    const at = { ...this.#at, scope };
    const { value: found, flow: failed } = await this.#value(scope, () => host.rows(node.query, at));
    if (failed !== undefined || found === SKIPPED) return failed;
    const { fields } = found.schema;
    const rows = found.rows[Symbol.asyncIterator]();
    try {
      for (;;) {
        await host.turn();
        const { value: next, flow } = await this.#value(scope, () => rows.next());
        if (flow !== undefined || next === SKIPPED || next.done === true) return flow;
        const inner = newScope(node.variable?.name, scope, scope);
        for (const [index, { name, type }] of fields.entries()) {
          const key = name.toLowerCase();
          if (inner.variables.has(key)) {
            const message = `Cannot create the variable \`${name}\` because it already exists.`;
            throw scriptError(at, node.query.span, "VARIABLE_ALREADY_EXISTS", message, "Give the column an alias.");
          }
          const value: Value = next.value[index] ?? null;
          inner.variables.set(key, { name: ["local", name], type, value, default: undefined });
        }
        const left = await this.#statements(node.statements, inner, handled);
        if (left !== undefined && !(left.to === "iterate" && isLabel(left.label, node.label))) {
          return left.to === "leave" && isLabel(left.label, node.label) ? undefined : left;
        }
      }
    } finally {
      await rows.return?.();
    }
  }

  async #cursor(node: CursorStatement, scope: Scope, at: Place): Promise<Flow | undefined> {
    const { value, flow } = await this.#value(scope, () => cursorStatement(node, this.#host, at));
    if (flow !== undefined || value === SKIPPED || value === undefined) return flow;
    // Without a handler the end of the rows is no failure.
    if (findHandler(value, scope) === undefined) return undefined;
    return this.#guarded(scope, () => Promise.reject(value));
  }

  async #isTrue(condition: Expression, scope: Scope): Promise<boolean> {
    const at = { ...this.#at, scope };
    const { type, value } = await valueOf(condition, this.#host, at);
    if (type.kind === "boolean") return value === true;
    const shown = at.text.slice(condition.span.start, condition.span.end);
    const message = `Boolean statement is expected in the condition, but ${shown} was found.`;
    throw scriptError(at, condition.span, "INVALID_BOOLEAN_STATEMENT", message);
  }
}

function caseCondition(node: CaseStatement, { condition }: ScriptBranch): Expression {
  const { operand } = node;
  if (operand === undefined) return condition;
  return { kind: "binary", span: condition.span, operator: "=", left: operand, right: condition };
}

function jump(node: Jump): Flow {
  return { to: node.to, label: node.label.name.toLowerCase() };
}

function isLabel(label: string, of: Identifier | undefined): boolean {
  return of?.name.toLowerCase() === label;
}
