import type { CopyInto } from "../ast/statement.ts";
import type { Cursor } from "./cursor.ts";
import { namedExpression } from "./expression.ts";
import { propertyList } from "./property.ts";
import { objectName } from "./relation.ts";

/** `COPY INTO t [(columns)] FROM 'path' | (SELECT … FROM 'path') FILEFORMAT = format …`. */
export function copyInto(c: Cursor): CopyInto {
  const { start } = c;
  c.expect("COPY", "INTO");
  const target = objectName(c, "a table");
  c.acceptAll("BY", "POSITION");
  const columns = c.at("(") ? c.parenthesized(() => c.strictIdentifier("a column")) : [];
  c.expect("FROM");
  let items: CopyInto["items"] = [];
  let path: string;
  if (c.accept("(")) {
    c.expect("SELECT");
    items = c.list(() => namedExpression(c));
    c.expect("FROM");
    path = c.string("a path");
    c.expect(")");
  } else path = c.string("a path");
  if (c.atAll("WITH", "(")) {
    c.raise(
      "UNSUPPORTED_FEATURE.COPY_INTO_CREDENTIAL",
      "COPY INTO takes no credential here.",
      c.token,
      "Grant READ FILES on an external location that holds the path.",
    );
  }
  c.expect("FILEFORMAT", "=");
  const format = c.identifier("a format").name.toLowerCase();
  const found: {
    -readonly [Key in "validate" | "files" | "pattern" | "formatOptions" | "copyOptions"]: CopyInto[Key];
  } = {
    validate: undefined,
    files: [],
    pattern: undefined,
    formatOptions: [],
    copyOptions: [],
  };
  for (;;) {
    if (c.accept("VALIDATE")) {
      const rows = c.accept("ALL") || c.token.kind !== "integer" ? undefined : c.integer();
      if (rows !== undefined) c.expect("ROWS");
      found.validate = { rows };
    } else if (c.accept("FILES")) {
      c.expect("=");
      found.files = c.parenthesized(() => c.string("a file"));
    } else if (c.accept("PATTERN")) {
      c.expect("=");
      found.pattern = c.string("a pattern");
    } else if (c.accept("FORMAT_OPTIONS")) found.formatOptions = propertyList(c);
    else if (c.accept("COPY_OPTIONS")) found.copyOptions = propertyList(c);
    else break;
  }
  if (found.files.length > 0 && found.pattern !== undefined) {
    c.raise("PARSE_SYNTAX_ERROR", "COPY INTO takes FILES or PATTERN, not both.", c.span(start));
  }
  return { kind: "copy_into", span: c.span(start), target, columns, path, items, format, ...found };
}
