import type { Statement } from "../../../sql/ast/statement.ts";
import type { StatementResult } from "../../session.ts";
import type { StatementCall } from "../statement-call.ts";

/** How a kind of statement is run: one row of the registry. */
export interface Command<Kind extends Statement["kind"] = Statement["kind"]> {
  readonly kinds: readonly Kind[];
  run(statement: Extract<Statement, { readonly kind: Kind }>, call: StatementCall): Promise<StatementResult>;
}
