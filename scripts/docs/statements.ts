import { supportedStatements } from "../../src/engine/embedded/commands/registry.ts";
import type { Statement } from "../../src/sql/ast/statement.ts";
import { code, page, table } from "./markdown.ts";

/** A kind of statement: what it is for, how it begins, and whether a pipeline's files may declare with it. */
export interface StatementKind {
  readonly area: Area;
  readonly syntax: string;
  /** A statement of the kind. */
  readonly example: string;
  readonly pipeline?: true;
  /** Why it is refused, where the engine knows it well. */
  readonly refused?: string;
}

type Area = "Rows" | "Objects" | "Governance" | "Looking" | "Session" | "Maintenance" | "Pipelines" | "Scripting";

/** Every kind of statement that the parser knows: the compiler sees to it that none is forgotten. */
export const STATEMENTS: Readonly<Record<Statement["kind"], StatementKind>> = {
  query: { area: "Rows", syntax: "SELECT, WITH, VALUES, TABLE, FROM", example: "SELECT 1" },
  insert: { area: "Rows", syntax: "INSERT INTO, INSERT OVERWRITE", example: "INSERT INTO t SELECT 1" },
  insert_directory: {
    area: "Rows",
    syntax: "INSERT OVERWRITE DIRECTORY",
    example: "INSERT OVERWRITE DIRECTORY '/d' USING csv SELECT 1",
  },
  multi_insert: {
    area: "Rows",
    syntax: "FROM … INSERT INTO … INSERT INTO …",
    example: "FROM a INSERT INTO b SELECT x INSERT INTO c SELECT y",
  },
  update: { area: "Rows", syntax: "UPDATE", example: "UPDATE t SET a = 1" },
  delete: { area: "Rows", syntax: "DELETE FROM", example: "DELETE FROM t WHERE a = 1" },
  merge: {
    area: "Rows",
    syntax: "MERGE INTO",
    example: "MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *",
  },
  truncate: { area: "Rows", syntax: "TRUNCATE TABLE", example: "TRUNCATE TABLE t" },
  copy_into: { area: "Rows", syntax: "COPY INTO", example: "COPY INTO t FROM '/d' FILEFORMAT = CSV" },
  load_data: { area: "Rows", syntax: "LOAD DATA", example: "LOAD DATA INPATH '/d' INTO TABLE t" },

  create_table: { area: "Objects", syntax: "CREATE TABLE, REPLACE TABLE", example: "CREATE TABLE t (a INT)" },
  create_table_like: { area: "Objects", syntax: "CREATE TABLE … LIKE", example: "CREATE TABLE t LIKE s" },
  clone_table: {
    area: "Objects",
    syntax: "CREATE TABLE … SHALLOW CLONE, DEEP CLONE",
    example: "CREATE TABLE t SHALLOW CLONE s",
  },
  create_view: {
    area: "Objects",
    syntax: "CREATE VIEW, CREATE TEMPORARY VIEW",
    example: "CREATE TEMPORARY VIEW v AS SELECT 1",
    pipeline: true,
  },
  create_function: {
    area: "Objects",
    syntax: "CREATE FUNCTION",
    example: "CREATE FUNCTION f(a INT) RETURNS INT RETURN a + 1",
  },
  create_procedure: {
    area: "Objects",
    syntax: "CREATE PROCEDURE",
    example: "CREATE PROCEDURE p(IN a INT) LANGUAGE SQL AS BEGIN SELECT a; END",
  },
  create_schema: { area: "Objects", syntax: "CREATE SCHEMA", example: "CREATE SCHEMA s" },
  create_securable: {
    area: "Objects",
    syntax: "CREATE CATALOG, VOLUME, EXTERNAL LOCATION, GROUP …",
    example: "CREATE CATALOG c",
  },
  create_index: {
    area: "Objects",
    syntax: "CREATE INDEX, CREATE BLOOMFILTER INDEX",
    example: "CREATE INDEX i ON t (a)",
  },
  alter: { area: "Objects", syntax: "ALTER …", example: "ALTER TABLE t ADD COLUMN b INT" },
  comment: { area: "Objects", syntax: "COMMENT ON", example: "COMMENT ON TABLE t IS 'text'" },
  drop: { area: "Objects", syntax: "DROP …", example: "DROP TABLE IF EXISTS t" },
  undrop: { area: "Objects", syntax: "UNDROP", example: "UNDROP TABLE t" },

  grant: { area: "Governance", syntax: "GRANT", example: "GRANT SELECT ON TABLE t TO analysts" },
  revoke: { area: "Governance", syntax: "REVOKE", example: "REVOKE SELECT ON TABLE t FROM analysts" },
  deny: {
    area: "Governance",
    syntax: "DENY",
    example: "DENY SELECT ON TABLE t TO analysts",
    refused: "Unity Catalog only grants",
  },
  show_grants: { area: "Governance", syntax: "SHOW GRANTS", example: "SHOW GRANTS ON TABLE t" },
  create_policy: {
    area: "Governance",
    syntax: "CREATE POLICY",
    example: "CREATE POLICY p ON SCHEMA s ROW FILTER f TO analysts FOR TABLES",
  },

  show: { area: "Looking", syntax: "SHOW …", example: "SHOW TABLES" },
  describe: {
    area: "Looking",
    syntax: "DESCRIBE TABLE, HISTORY, DETAIL, QUERY, SCHEMA, CATALOG, FUNCTION …",
    example: "DESCRIBE HISTORY t",
  },
  explain: { area: "Looking", syntax: "EXPLAIN", example: "EXPLAIN SELECT 1" },

  use: { area: "Session", syntax: "USE CATALOG, USE SCHEMA", example: "USE CATALOG c" },
  set_configuration: { area: "Session", syntax: "SET key = value", example: "SET spark.sql.ansi.enabled = true" },
  reset_configuration: { area: "Session", syntax: "RESET", example: "RESET" },
  set_time_zone: { area: "Session", syntax: "SET TIME ZONE", example: "SET TIME ZONE 'UTC'" },
  set_collation: { area: "Session", syntax: "DEFAULT COLLATION", example: "SET COLLATION UTF8_BINARY" },
  set_variable: { area: "Session", syntax: "SET VARIABLE", example: "SET VARIABLE a = 1" },
  declare_variable: { area: "Session", syntax: "DECLARE VARIABLE", example: "DECLARE VARIABLE a INT" },
  execute_immediate: { area: "Session", syntax: "EXECUTE IMMEDIATE", example: "EXECUTE IMMEDIATE 'SELECT 1'" },
  call_procedure: { area: "Session", syntax: "CALL", example: "CALL p(1)" },
  resource: { area: "Session", syntax: "ADD JAR, LIST FILES …", example: "ADD JAR '/a.jar'" },

  optimize: { area: "Maintenance", syntax: "OPTIMIZE", example: "OPTIMIZE t" },
  vacuum: { area: "Maintenance", syntax: "VACUUM", example: "VACUUM t" },
  restore: { area: "Maintenance", syntax: "RESTORE TABLE", example: "RESTORE TABLE t TO VERSION AS OF 1" },
  convert: { area: "Maintenance", syntax: "CONVERT TO DELTA", example: "CONVERT TO DELTA parquet.`/d`" },
  reorg: { area: "Maintenance", syntax: "REORG TABLE", example: "REORG TABLE t APPLY (PURGE)" },
  repair_table: { area: "Maintenance", syntax: "FSCK, MSCK REPAIR TABLE", example: "FSCK REPAIR TABLE t" },
  generate: { area: "Maintenance", syntax: "GENERATE", example: "GENERATE symlink_format_manifest FOR TABLE t" },
  analyze: { area: "Maintenance", syntax: "ANALYZE TABLE", example: "ANALYZE TABLE t COMPUTE STATISTICS" },
  refresh: { area: "Maintenance", syntax: "REFRESH", example: "REFRESH TABLE t" },
  sync: { area: "Maintenance", syntax: "SYNC", example: "SYNC SCHEMA a.b FROM c.d" },
  cache: { area: "Maintenance", syntax: "CACHE TABLE", example: "CACHE TABLE t" },
  uncache: { area: "Maintenance", syntax: "UNCACHE TABLE", example: "UNCACHE TABLE t" },
  clear_cache: { area: "Maintenance", syntax: "CLEAR CACHE", example: "CLEAR CACHE" },
  cache_select: { area: "Maintenance", syntax: "CACHE SELECT", example: "CACHE SELECT a FROM t" },

  create_dataset: {
    area: "Pipelines",
    syntax: "CREATE OR REFRESH STREAMING TABLE, MATERIALIZED VIEW",
    example: "CREATE OR REFRESH STREAMING TABLE t AS SELECT * FROM STREAM s",
    pipeline: true,
  },
  create_flow: {
    area: "Pipelines",
    syntax: "CREATE FLOW … AS INSERT INTO",
    example: "CREATE FLOW f AS INSERT INTO t BY NAME SELECT * FROM STREAM s",
    pipeline: true,
  },

  block: { area: "Scripting", syntax: "BEGIN … END", example: "BEGIN SELECT 1; END" },
  if: { area: "Scripting", syntax: "IF", example: "IF a THEN SELECT 1; END IF" },
  case_statement: { area: "Scripting", syntax: "CASE", example: "CASE WHEN a THEN SELECT 1; END CASE" },
  while: { area: "Scripting", syntax: "WHILE", example: "WHILE a DO SELECT 1; END WHILE" },
  repeat: { area: "Scripting", syntax: "REPEAT", example: "REPEAT SELECT 1; UNTIL a END REPEAT" },
  loop: { area: "Scripting", syntax: "LOOP", example: "LOOP SELECT 1; END LOOP" },
  for: { area: "Scripting", syntax: "FOR", example: "FOR r AS SELECT 1 DO SELECT 2; END FOR" },
  jump: { area: "Scripting", syntax: "LEAVE, ITERATE", example: "LEAVE a" },
  declare_condition: {
    area: "Scripting",
    syntax: "DECLARE … CONDITION",
    example: "DECLARE c CONDITION FOR SQLSTATE '45000'",
  },
  declare_handler: {
    area: "Scripting",
    syntax: "DECLARE … HANDLER",
    example: "DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1",
  },
  declare_cursor: { area: "Scripting", syntax: "DECLARE … CURSOR", example: "DECLARE c CURSOR FOR SELECT 1" },
  cursor: { area: "Scripting", syntax: "OPEN, FETCH, CLOSE", example: "OPEN c" },
  signal: { area: "Scripting", syntax: "SIGNAL, RESIGNAL", example: "SIGNAL SQLSTATE '45000'" },
};

/** Every kind of statement, and where it runs. */
export function statementsPage(): string {
  const running = new Set<Statement["kind"]>(supportedStatements());
  const kinds = Object.entries(STATEMENTS).map(([kind, row]) => ({ ...row, kind: kind as Statement["kind"] }));
  const runs = ({ kind, pipeline, refused }: (typeof kinds)[number]): string => {
    if (refused !== undefined) return `no: ${refused}`;
    const places = [...(running.has(kind) ? ["everywhere"] : []), ...(pipeline === true ? ["in pipelines"] : [])];
    return places.length === 0 ? "no" : places.join(", ");
  };
  const areas = [...new Set(kinds.map(({ area }) => area))];
  return page(
    "# SQL statements",
    `The parser reads ${kinds.length} kinds of statements, all of Spark SQL and those of Databricks. The embedded engine` +
      ` runs ${kinds.filter(({ kind, refused }) => running.has(kind) && refused === undefined).length} of them; the rest is refused by name.` +
      " *Everywhere* means `boathouse sql`, SQL notebooks and SQL tasks of jobs. *In pipelines* means the SQL files of a" +
      " declarative pipeline, which take these statements and `USE` and `SET`.",
    "A statement that runs may have forms and clauses that do not. They are refused at their place, too; nothing is" +
      " parsed and then ignored.",
    "A pipeline refuses `AUTO CDC` and `APPLY CHANGES`, which the parser reads as flows.",
    ...areas.flatMap((area) => [
      `## ${area}`,
      table(
        ["statement", "for instance", "runs"],
        kinds.filter((each) => each.area === area).map((each) => [each.syntax, code(each.example), runs(each)]),
      ),
    ]),
  );
}
