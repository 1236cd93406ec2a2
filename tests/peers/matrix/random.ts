import { Random } from "../../spark/random.ts";
import { ask, spark, us, type PeerCase, type Run, type Step } from "./case.ts";

/** Tables of random columns and values, which we and Spark write by turns. The same seed gives the same tables. */
export function randomCases(seed: number, runs: number): PeerCase[] {
  return Array.from({ length: runs }, (_, index) => randomCase(seed * 1000 + index));
}

function randomCase(seed: number): PeerCase {
  const random = new Random(seed);
  const columns = random
    .some(1, 6, () => typeOf(random, 0))
    .map((type, index) => ({ name: nameOf(random, index), type }));
  const partition = random.chance(0.4) ? columns.find(({ type }) => type.values !== undefined) : undefined;
  const properties = PROPERTIES.filter(() => random.chance(0.4));
  const mapped = columns.some(({ name }) => / /.test(name)) ? ["'delta.columnMapping.mode' = 'name'"] : [];
  const all = [...properties, ...mapped];
  const create =
    `CREATE TABLE {t} (id INT, ${columns.map(({ name, type }) => `\`${name}\` ${type.sql}`).join(", ")}) USING delta` +
    (partition === undefined || columns.length === 1 ? "" : ` PARTITIONED BY (\`${partition.name}\`)`) +
    (all.length === 0 ? "" : ` TBLPROPERTIES (${all.join(", ")})`);
  let id = 0;
  const insert = (): string => {
    const rows = random.some(1, 8, () => {
      id += 1;
      return `(${[String(id), ...columns.map(({ type }) => valueOf(random, type))].join(", ")})`;
    });
    return `INSERT INTO {t} VALUES ${rows.join(", ")}`;
  };
  const side = (...statements: readonly string[]): Run => (random.chance(0.6) ? us : spark)(...statements);
  const questions = columns.flatMap(({ name, type }): Step[] => {
    const value = type.values === undefined ? undefined : random.pick(type.values);
    if (value === undefined) return [];
    return [
      ask(
        `SELECT id FROM {t} WHERE \`${name}\` ${random.pick(["=", "<", ">=", "<=>", "!="])} CAST(${value} AS ${type.sql})`,
      ),
    ];
  });
  const steps = [
    side(create, insert(), insert()),
    side(insert(), `DELETE FROM {t} WHERE id % ${random.below(4) + 2} = 1`),
    us(insert(), `UPDATE {t} SET id = id + 100 WHERE id % ${random.below(3) + 2} = 0`),
    ...random.shuffled(questions).slice(0, 2),
  ];
  const instants = steps.some((step) => step.kind === "run" && step.by === "Spark") && / TIMESTAMP\b/.test(create);
  return {
    name: `random: ${seed}`,
    steps,
    ...(instants
      ? { notDeltaRs: "Spark writes timestamps as INT96, of which delta-rs reads only the years 1677 to 2262." }
      : {}),
  };
}

interface RandomType {
  readonly sql: string;
  /** Of a simple type. */
  readonly values?: readonly string[];
  readonly make?: (random: Random) => string;
}

const PROPERTIES = ["'delta.enableDeletionVectors' = 'true'", "'delta.checkpointInterval' = '2'"];

const SIMPLE: readonly RandomType[] = [
  { sql: "BOOLEAN", values: ["true", "false"] },
  { sql: "TINYINT", values: ["-128", "0", "127"] },
  { sql: "SMALLINT", values: ["-32768", "5", "32767"] },
  { sql: "INT", values: ["-2147483648", "0", "2147483647"] },
  { sql: "BIGINT", values: ["-9223372036854775808", "9007199254740993", "9223372036854775807"] },
  { sql: "FLOAT", values: ["1.5", "'-0.0'", "'NaN'", "'Infinity'", "'3.4028235e38'", "'1.4e-45'"] },
  { sql: "DOUBLE", values: ["1e-300", "'-0.0'", "'NaN'", "'-Infinity'", "0.1D", "1.7976931348623157e308D"] },
  { sql: "DECIMAL(5, 2)", values: ["-999.99", "0.01", "12"] },
  { sql: "DECIMAL(18, 0)", values: ["999999999999999999", "-1"] },
  { sql: "DECIMAL(38, 18)", values: ["12345678901234567890.123456789012345678", "-0.000000000000000001"] },
  {
    sql: "STRING",
    values: ["''", "'a'", "'é 🚀'", "'x''y\\\\z'", "repeat('long', 20)", "'null'", "' pad '", "'a/b=c%20d'"],
  },
  { sql: "BINARY", values: ["X''", "X'00FF'", "X'C328'"] },
  { sql: "DATE", values: ["'0001-01-01'", "'1969-12-31'", "'2024-02-29'", "'9999-12-31'"] },
  {
    sql: "TIMESTAMP",
    values: ["'1900-01-01 00:00:00'", "'2024-02-29 12:34:56.123456'", "'9999-12-31 23:59:59.999999'"],
  },
  {
    sql: "TIMESTAMP_NTZ",
    values: ["'0001-01-01 00:00:00'", "'1969-12-31 23:59:59.999999'", "'2024-02-29 12:34:56.1'"],
  },
];

/** Types that keys of maps may have: equal keys must be equal to everybody. */
const KEYS = SIMPLE.filter(({ sql }) => ["INT", "BIGINT", "STRING", "DATE"].includes(sql));

function typeOf(random: Random, depth: number): RandomType {
  if (depth > 2 || random.chance(0.65)) return random.pick(SIMPLE);
  const inner = typeOf(random, depth + 1);
  switch (random.below(3)) {
    case 0:
      return {
        sql: `ARRAY<${inner.sql}>`,
        make: (values) => `array(${values.some(0, 3, () => valueOf(values, inner)).join(", ")})`,
      };
    case 1: {
      const key = random.pick(KEYS);
      return {
        sql: `MAP<${key.sql}, ${inner.sql}>`,
        make(values) {
          const keys = values.shuffled(key.values ?? []).slice(0, values.below(3));
          const pairs = keys.map((each) => `CAST(${each} AS ${key.sql}), ${valueOf(values, inner)}`);
          return `map(${pairs.join(", ")})`;
        },
      };
    }
    default: {
      const fields = [inner, ...random.some(0, 2, () => typeOf(random, depth + 1))];
      return {
        sql: `STRUCT<${fields.map((each, index) => `f${index}: ${each.sql}`).join(", ")}>`,
        make: (values) =>
          `named_struct(${fields.map((each, index) => `'f${index}', ${valueOf(values, each)}`).join(", ")})`,
      };
    }
  }
}

function valueOf(random: Random, type: RandomType): string {
  if (random.chance(0.2)) return `CAST(NULL AS ${type.sql})`;
  const value = type.make === undefined ? random.pick(type.values ?? ["NULL"]) : type.make(random);
  return `CAST(${value} AS ${type.sql})`;
}

function nameOf(random: Random, index: number): string {
  return `${random.pick(["c", "C", "ünï_", "a b", "order"])}${index}`;
}
