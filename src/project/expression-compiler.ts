import type { StructType } from "../core/data-type.ts";
import type { ExpressionCompiler } from "../delta/context.ts";
import { compileExpression } from "../sql/expression.ts";

/**
 * CHECK constraints, for Delta: the same for everybody who writes, so nothing of a session is known to them but Spark's
 * defaults.
 */
export const expressionCompiler: ExpressionCompiler = {
  compile(text: string, schema: StructType): string {
    const context = {
      ansi: true,
      timeZone: "UTC",
      currentCatalog: "",
      currentSchema: "",
      user: "",
      groups: new Set<string>(),
      parameters: {},
      now: 0n,
      text,
    };
    return compileExpression(text, { schema, context }).sql;
  },
};
