import { INFORMATION_SCHEMA } from "../../src/catalog/information-schema.ts";
import { APART, APPLICABLE, NOT_BY_OWNING, PRIVILEGES } from "../../src/catalog/privileges.ts";
import { kindText, type SecurableKind } from "../../src/catalog/securable.ts";
import { code, codes, page, sorted, table } from "./markdown.ts";

/** What can be granted on what. */
export function catalogPage(): string {
  const kinds = Object.keys(APPLICABLE) as SecurableKind[];
  return page(
    "# Unity Catalog",
    "## Privileges",
    "Which privilege can be granted on which object. A privilege on a container holds for everything in it, now and" +
      " later. The owner of an object may do everything with it, except what has to be granted to owners, too:" +
      ` ${codes(NOT_BY_OWNING)}.`,
    `\`ALL PRIVILEGES\` stands for all that can be granted on the object, except ${codes(APART)}.`,
    ...[kinds.slice(0, 6), kinds.slice(6)].map((columns) =>
      table(
        ["privilege", ...columns.map((kind) => kindText(kind).toLowerCase())],
        PRIVILEGES.filter((privilege) => columns.some((kind) => APPLICABLE[kind].includes(privilege))).map(
          (privilege) => [privilege, ...columns.map((kind) => (APPLICABLE[kind].includes(privilege) ? "yes" : ""))],
        ),
      ),
    ),
    "## What the catalog tells of itself",
    "`<catalog>.information_schema` has what a user sees of a catalog, `system.information_schema` of all of them." +
      " `system.access` has `audit`, `table_lineage` and `column_lineage`.",
    table(
      ["information\\_schema", "columns"],
      sorted(INFORMATION_SCHEMA, ([name]) => name).map(([name, { columns }]) => [code(name), codes(columns)]),
    ),
  );
}
