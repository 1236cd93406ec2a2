import { isBoathouseError } from "../../core/errors.ts";
import type { Statement } from "../../sql/ast/statement.ts";
import { parseStatement } from "../../sql/parser/parse.ts";
import { literalSql } from "../../sql/script/literal-sql.ts";
import { markersOf, withValues } from "../../sql/script/markers.ts";
import type { StatementOptions } from "../session.ts";

/**
 * A statement and the text that it was parsed from. Where a marker `:name` stands that the grammar wants a literal or a name
 * instead of (`IDENTIFIER(:column) INT`, `:prefix '_raw'`), values are written into the text.
 */
export function parseWithParameters(
  text: string,
  options: StatementOptions,
): { readonly statement: Statement; readonly text: string } {
  const file = options.file === undefined ? {} : { file: options.file };
  try {
    return { statement: parseStatement(text, file), text };
  } catch (error) {
    const bound = isBoathouseError(error, "PARSE_SYNTAX_ERROR") ? boundText(text, options) : undefined;
    if (bound === undefined) throw error;
    return { statement: parseStatement(bound, file), text: bound };
  }
}

/** The text with its values, when there is one for every marker. */
function boundText(text: string, { parameters = {} }: StatementOptions): string | undefined {
  const markers = markersOf(text);
  const values = new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
  if (markers.length === 0 || markers.some(({ name }) => name === undefined || !values.has(name.toLowerCase()))) {
    return undefined;
  }
  return withValues(text, markers, ({ name = "" }) => {
    const given = values.get(name.toLowerCase());
    return given === undefined ? undefined : literalSql(given.value, given.type);
  });
}
