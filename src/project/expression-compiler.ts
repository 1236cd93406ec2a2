import type { StructType } from "../core/data-type.ts";
import type { ExpressionCompiler } from "../delta/context.ts";
import { compileExpression } from "../sql/expression.ts";

/** What tables say of their columns, for who writes them without a session: with Spark's defaults. */
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
      now: BigInt(Date.now()) * 1000n,
      text,
    };
    return compileExpression(text, { schema, context }).sql;
  },
};
