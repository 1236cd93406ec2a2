import type { Comment, Grant } from "../ast/utility.ts";
import type { Cursor } from "./cursor.ts";
import { acceptObjectKind, acceptObjectKindBeforeName } from "./object-kind.ts";
import { objectName } from "./relation.ts";

/** `GRANT | REVOKE | DENY privileges ON [kind] name TO | FROM principal`. */
export function grant(c: Cursor): Grant {
  const { start } = c;
  const word = c.expectAny("GRANT", "REVOKE", "DENY");
  const privileges = c.list(() => privilege(c));
  c.expect("ON");
  const object = acceptObjectKindBeforeName(c) ?? "table";
  const nameless = object === "metastore" || object === "any_file" || object === "anonymous_function";
  const name = nameless && c.atAny("TO", "FROM") ? undefined : objectName(c, "a name");
  if (word === "REVOKE") c.expect("FROM");
  else c.expect("TO");
  if (c.atAny("USER", "GROUP", "ROLE", "RECIPIENT") && (c.peek().kind === "word" || c.peek().kind === "quoted"))
    c.advance();
  const principal = c.strictIdentifier("a principal, in back-ticks if it is no plain word");
  const kind = word === "GRANT" ? "grant" : word === "REVOKE" ? "revoke" : "deny";
  return { kind, span: c.span(start), privileges, object, name, principal };
}

/** `SELECT`, `USE SCHEMA`, `ALL PRIVILEGES`: words up to a comma or ON. */
function privilege(c: Cursor): string {
  const words: string[] = [];
  while (c.token.kind === "word" && !c.at("ON")) words.push(c.advance().text);
  if (words.length === 0) c.fail("a privilege");
  return words.join(" ");
}

/** `COMMENT ON kind name IS 'text' | NULL`. */
export function comment(c: Cursor): Comment {
  const { start } = c;
  c.expect("COMMENT", "ON");
  const object = acceptObjectKind(c) ?? c.fail("what to comment on");
  const name = objectName(c, "a name");
  c.expect("IS");
  const text = c.accept("NULL") ? undefined : c.string("a comment or NULL");
  return { kind: "comment", span: c.span(start), object, name, comment: text };
}
