import { locationOf } from "../core/diagnostic.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Token } from "../sql/lexer.ts";
import type { Notebook } from "./notebook.ts";
import type { ScriptStatement } from "./sql-script.ts";

export type WidgetStatement =
  | { readonly kind: "create"; readonly name: string; readonly default: string }
  | { readonly kind: "remove"; readonly name: string };

const KINDS = ["TEXT", "DROPDOWN", "COMBOBOX", "MULTISELECT"];

/**
 * `CREATE WIDGET TEXT name DEFAULT 'value' [CHOICES …]` and `REMOVE WIDGET name`, which belong to notebooks and never
 * reach the engine; undefined for any other statement. Choices are for people and not looked at.
 */
export function widgetStatement(statement: ScriptStatement, notebook: Notebook): WidgetStatement | undefined {
  const { tokens, text } = statement;
  const [first, second, third, fourth, fifth, sixth] = tokens;
  if (second?.kind !== "word" || second.text !== "WIDGET") return undefined;
  if (first?.text === "REMOVE" && third !== undefined && fourth === undefined) {
    return { kind: "remove", name: nameOf(third, text) };
  }
  if (first?.text !== "CREATE") return undefined;
  if (KINDS.includes(third?.text ?? "") && fourth !== undefined && fifth?.text === "DEFAULT" && sixth !== undefined) {
    const value = sixth.kind === "string" ? sixth.text : text.slice(sixth.start, sixth.end);
    return { kind: "create", name: nameOf(fourth, text), default: value };
  }
  const last = tokens.at(-1) ?? second;
  throw new BoathouseError("NOTEBOOK_WIDGET_INVALID", "This is no CREATE WIDGET statement.", {
    location: locationOf(text, first.start, last.end, notebook.file),
    source: notebook.text,
    hint: 'Write CREATE WIDGET TEXT day DEFAULT "today" (or DROPDOWN, COMBOBOX, MULTISELECT).',
  });
}

function nameOf(token: Token, text: string): string {
  return token.kind === "word" ? text.slice(token.start, token.end) : token.text;
}
