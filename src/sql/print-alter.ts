import type { AlterAction, AlterStatement, ColumnChange } from "./ast/alter.ts";
import { objectWords } from "./parser/object-kind.ts";
import {
  printClusterBy,
  printColumn,
  printConstraint,
  printMask,
  printPartition,
  printPosition,
  printProperties,
  printRowFilter,
  printSchedule,
} from "./print-definition.ts";
import { list, printIdentifier, printName, printObjectName, printString, printType, words } from "./print-name.ts";
import type { Printer } from "./print.ts";

/** `ALTER …` of every kind. */
export function printAlter(p: Printer, node: AlterStatement): string {
  return words(
    "ALTER",
    objectWords(node.object),
    printObjectName(node.name, p.expression),
    node.partition && printPartition(p, node.partition),
    printAction(p, node.action, node.object === "schema" ? "DBPROPERTIES" : "TBLPROPERTIES"),
  );
}

function printAction(p: Printer, action: AlterAction, properties: string): string {
  switch (action.kind) {
    case "rename":
      return `RENAME TO ${printName(action.to)}`;
    case "rename_partition":
      return `RENAME TO ${printPartition(p, action.to)}`;
    case "set_owner":
      return `SET OWNER TO ${printIdentifier(action.owner)}`;
    case "set_properties":
      return `SET ${properties} ${printProperties(p, action.properties)}`;
    case "unset_properties":
      return words(`UNSET ${properties}`, action.ifExists && "IF EXISTS", printProperties(p, action.properties));
    case "set_options":
      return `SET OPTIONS ${printProperties(p, action.options)}`;
    case "set_tags":
      return `SET TAGS ${printProperties(p, action.tags)}`;
    case "unset_tags":
      return `UNSET TAGS (${list(action.tags, printString)})`;
    case "set_location":
      return `SET LOCATION ${printString(action.location)}`;
    case "set_url":
      return words(`SET URL ${printString(action.url)}`, action.force && "FORCE");
    case "set_credential":
      return words(`SET STORAGE CREDENTIAL ${printName(action.credential)}`, action.force && "FORCE");
    case "set_comment":
      return `SET COMMENT ${printString(action.comment ?? "")}`;
    case "set_collation":
      return `DEFAULT COLLATION ${printName(action.collation)}`;
    case "set_serde":
      if (action.serde === undefined) return `SET SERDEPROPERTIES ${printProperties(p, action.properties)}`;
      return words(
        `SET SERDE ${printString(action.serde)}`,
        action.properties.length > 0 && `WITH SERDEPROPERTIES ${printProperties(p, action.properties)}`,
      );
    case "predictive_optimization":
      return `${action.mode.toUpperCase()} PREDICTIVE OPTIMIZATION`;
    case "add_columns":
      return words(
        "ADD COLUMNS",
        action.ifNotExists && "IF NOT EXISTS",
        `(${list(action.columns, (column) => printColumn(p, column))})`,
      );
    case "replace_columns":
      return `REPLACE COLUMNS (${list(action.columns, (column) => printColumn(p, column))})`;
    case "rename_column":
      return `RENAME COLUMN ${printName(action.from)} TO ${printIdentifier(action.to)}`;
    case "drop_columns":
      return words("DROP COLUMNS", action.ifExists && "IF EXISTS", `(${list(action.columns, printName)})`);
    case "alter_columns":
      return `ALTER COLUMN ${list(action.columns, (each) => `${printName(each.column)} ${printChange(p, each.change)}`)}`;
    case "change_column":
      return `CHANGE COLUMN ${printName(action.column)} ${printColumn(p, action.definition)}`;
    case "add_constraint":
      return `ADD ${printConstraint(p, action.constraint)}`;
    case "drop_constraint": {
      const what = { named: "CONSTRAINT", primary_key: "PRIMARY KEY", foreign_key: "FOREIGN KEY" }[action.constraint];
      return words(
        `DROP ${what}`,
        action.ifExists && "IF EXISTS",
        action.name && printIdentifier(action.name),
        action.columns.length > 0 && `(${list(action.columns, printIdentifier)})`,
        action.behaviour?.toUpperCase(),
      );
    }
    case "set_row_filter":
      return `SET ${printRowFilter(p, action.filter)}`;
    case "drop_row_filter":
      return "DROP ROW FILTER";
    case "cluster_by":
      return printClusterBy(action.clusterBy);
    case "add_partitions":
      return words(
        "ADD",
        action.ifNotExists && "IF NOT EXISTS",
        ...action.partitions.map((each) =>
          words(printPartition(p, each.spec), each.location !== undefined && `LOCATION ${printString(each.location)}`),
        ),
      );
    case "drop_partitions":
      return words(
        "DROP",
        action.ifExists && "IF EXISTS",
        list(action.partitions, (each) => printPartition(p, each)),
        action.purge && "PURGE",
      );
    case "set_managed":
      return words(action.managed ? "SET" : "UNSET", "MANAGED", action.truncateHistory && "TRUNCATE UNIFORM HISTORY");
    case "recover_partitions":
      return "RECOVER PARTITIONS";
    case "drop_feature":
      return words(`DROP FEATURE ${printString(action.feature)}`, action.truncateHistory && "TRUNCATE HISTORY");
    case "set_query":
      return `AS ${p.query(action.query)}`;
    case "set_schema_binding":
      return `WITH SCHEMA ${action.binding.replace("_", " ").toUpperCase()}`;
    case "set_schedule":
      return `${action.add ? "ADD" : "ALTER"} ${printSchedule(p, action.schedule)}`;
    case "drop_schedule":
      return "DROP SCHEDULE";
    default:
      return words(
        action.add ? "ADD" : "REMOVE",
        objectWords(action.object),
        printObjectName(action.name, p.expression),
        action.alias && `AS ${printName(action.alias)}`,
        action.options,
      );
  }
}

function printChange(p: Printer, change: ColumnChange): string {
  switch (change.kind) {
    case "set_type":
      return `TYPE ${printType(change.type)}`;
    case "set_column_comment":
      return `COMMENT ${printString(change.comment)}`;
    case "set_position":
      return printPosition(change.position);
    case "set_nullable":
      return `${change.nullable ? "DROP" : "SET"} NOT NULL`;
    case "set_default":
      return `SET DEFAULT ${p.expression(change.expression)}`;
    case "drop_default":
      return "DROP DEFAULT";
    case "set_mask":
      return `SET ${printMask(p, change.mask)}`;
    case "drop_mask":
      return "DROP MASK";
    case "set_column_tags":
      return `SET TAGS ${printProperties(p, change.tags)}`;
    case "unset_column_tags":
      return `UNSET TAGS (${list(change.tags, printString)})`;
    case "sync_identity":
      return "SYNC IDENTITY";
    default:
      return "DROP IDENTITY";
  }
}
