import type { StructType } from "../core/data-type.ts";
import type { ExpressionCompiler } from "../delta/context.ts";
import { compileExpression } from "../sql/expression.ts";
import { plainContext } from "../sql/plain-context.ts";

/** What tables say of their columns, for who writes them without a session: with Spark's defaults. */
export const expressionCompiler: ExpressionCompiler = {
  compile: (text: string, schema: StructType): string =>
    compileExpression(text, { schema, context: plainContext(text) }).sql,
};
