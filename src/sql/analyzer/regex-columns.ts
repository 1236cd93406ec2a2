import type { Expression } from "../ast/expression.ts";
import { wholeMatch } from "../java/regex.ts";
import { unsupported } from "./analysis.ts";
import type { Env } from "./env.ts";
import { endsWith, type Visible } from "./scope.ts";

const SETTING = "spark.sql.parser.quotedregexcolumnnames";

/**
 * The columns that a quoted name with more than letters, digits and `_` in it matches, in a SELECT list where the setting
 * says that such a name is a regular expression; undefined where it is a name as any other.
 */
export function regexColumns(node: Expression, env: Env): readonly Visible[] | undefined {
  const settings = env.analysis.statement.context.settings;
  if (node.kind !== "column" || settings?.get(SETTING)?.toLowerCase() !== "true") return undefined;
  if (env.allows.clause !== "SELECT" && env.allows.clause !== "an aggregate function") return undefined;
  const last = node.parts.at(-1);
  if (last === undefined || !last.quoted || node.parts.length > 2 || /^\w+$/.test(last.name)) return undefined;
  const pattern = wholeMatch(last.name, settings.get("spark.sql.casesensitive")?.toLowerCase() !== "true");
  if (pattern === undefined) throw unsupported(env.analysis, node.span, "This regular expression of a column");
  const qualifier = node.parts.slice(0, -1).map((part) => part.name);
  return env.scope.visible.filter(
    (each) => endsWith(each.qualifier, qualifier, qualifier.length) && pattern.test(each.column.name),
  );
}
