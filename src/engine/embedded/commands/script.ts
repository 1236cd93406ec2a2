import { throwIfAborted } from "../../../core/cancellation.ts";
import { analyzeQuery } from "../../../sql/analyzer/analyze.ts";
import type { Statement } from "../../../sql/ast/statement.ts";
import { executeImmediate } from "../../../sql/script/execute-immediate.ts";
import type { ScriptHost } from "../../../sql/script/host.ts";
import { runScript } from "../../../sql/script/run.ts";
import { declareVariable, setVariable } from "../../../sql/script/variables.ts";
import type { StatementResult } from "../../session.ts";
import { rowsOfQuery } from "../query.ts";
import { doneResult, heldResult } from "../result.ts";
import { isAnsi } from "../session-state.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";

/** `BEGIN … END`, variables of the session, and `EXECUTE IMMEDIATE`. */
export const script: Command<"block" | "declare_variable" | "set_variable" | "execute_immediate"> = {
  kinds: ["block", "declare_variable", "set_variable", "execute_immediate"],
  async run(statement, call) {
    refuseOptions(statement, call);
    const host = scriptHost(call);
    const at = call.place;
    switch (statement.kind) {
      case "block":
        return runScript(statement, host, at);
      case "execute_immediate":
        return executeImmediate(statement, host, at);
      case "declare_variable":
        await declareVariable(statement, host, at);
        return doneResult("DECLARE VARIABLE");
      case "set_variable":
        await setVariable(statement, host, at);
        return doneResult("SET VARIABLE");
    }
  },
};

/** The statements that run only inside `BEGIN … END`. */
export const INSIDE_SCRIPTS: readonly Statement["kind"][] = [
  "if",
  "case_statement",
  "while",
  "repeat",
  "loop",
  "for",
  "jump",
  "declare_condition",
  "declare_handler",
  "declare_cursor",
  "cursor",
  "signal",
];

/** The session as a script sees it: each of its statements is a statement of the session, with a moment of its own. */
export function scriptHost(call: StatementCall): ScriptHost<StatementResult> {
  const { signal, options } = call;
  let count = 0;
  return {
    ansi: isAnsi(call.state),
    session: call.state.variables,
    async run(statement, at) {
      throwIfAborted(signal);
      // Of a script that is repeated, what the nth statement has committed is not committed again.
      count += 1;
      const txn = options.txn && { appId: `${options.txn.appId}/${count}`, version: options.txn.version };
      return heldResult(await call.nested(at, txn).execute(statement));
    },
    schema: (query, at) =>
      released(call.nested(at), (inner) =>
        inner.analyze((resolver, context) => analyzeQuery(query, resolver, context).schema),
      ),
    rows: (query, at, limit) => rowsOfQuery(query, call.nested(at), limit),
    name: (name, at) => released(call.nested(at), (inner) => inner.parts(name)),
    async turn() {
      // A timer's turn, so that a loop that waits for nothing can still be cancelled.
      await new Promise((resolve) => setImmediate(resolve));
      throwIfAborted(signal);
    },
    nothing: (operation) => doneResult(operation),
    isRows: (result) => result.operation === "SELECT",
  };
}

/** What makes sense for one write alone is not passed on to many. */
function refuseOptions(statement: Statement, call: StatementCall): void {
  const { streamRanges, expectations, dataset, overwriteSchema } = call.options;
  if ([streamRanges, expectations, dataset, overwriteSchema].every((each) => each === undefined)) return;
  throw call.unsupported(statement.span, "A script as a flow of a pipeline");
}

async function released<T>(call: StatementCall, work: (call: StatementCall) => Promise<T>): Promise<T> {
  try {
    return await work(call);
  } finally {
    await call.release();
  }
}
