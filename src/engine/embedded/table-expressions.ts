import type { StructType } from "../../core/data-type.ts";
import type { ExpressionCompiler } from "../../delta/context.ts";
import { compileExpression } from "../../sql/expression.ts";
import type { AnalysisContext } from "../../sql/resolver.ts";

/** Compiles what a table says of its columns as a session sees it: with its time zone, its clock and its user. */
export function tableExpressions(context: AnalysisContext): ExpressionCompiler {
  return {
    compile: (text: string, schema: StructType): string => compileExpression(text, { schema, context }).sql,
  };
}
