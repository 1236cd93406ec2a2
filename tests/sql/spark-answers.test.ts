import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simpleString } from "../../src/core/data-type.ts";
import { resultText } from "../../src/sql/format/result-text.ts";
import { Databases } from "../conformance/databases.ts";
import { SqlSession } from "../conformance/sql-session.ts";

/** Statements that `npm run test:spark` has found, with what Spark 4.1 answers: the types and the row, or the condition. */
const ANSI: readonly (readonly [sql: string, types: string, row: string])[] = [
  ["SELECT to_varchar(DATE'2020-01-01', TIMESTAMP_NTZ'2024-03-10 02:30:00')", "string", "2024-03-10 02:30:00"],
  [
    "SELECT cosh(1), cosh(-1), cosh(0.5)",
    "double, double, double",
    "1.543080634815244\t1.543080634815244\t1.1276259652063807",
  ],
  [
    "SELECT try_add(DATE'1582-10-04', -2147483648), DATE'2020-01-01' + 2147483647, date_sub(DATE'2020-01-01', -2147483648), date_add(d, n) FROM VALUES (DATE'2020-01-31', 30) AS t(d, n)",
    "date, date, date, date",
    "+5881193-04-14\t-5877591-06-21\t-5877591-06-22\t2020-03-01",
  ],
  [
    "SELECT try_to_date(CAST(NULL AS INTERVAL YEAR TO MONTH), 'a'), to_timestamp_ntz(CAST(NULL AS INTERVAL DAY TO SECOND))",
    "date, timestamp_ntz",
    "NULL\tNULL",
  ],
  ["SELECT floor(NULL, 4), ceil(NULL, -2)", "decimal(25,4), decimal(21,0)", "NULL\tNULL"],
  ["SELECT 999999999999.999999 * 2024", "decimal(23,6)", "2023999999999999.997976"],
  ["SELECT try_multiply(9999999999BD, 9999999999BD)", "decimal(21,0)", "99999999980000000001"],
  [
    "SELECT -5.5D % 2D, 1.7976931348623157E308D % 2.5D, pmod(-5.5D, 2D), CAST('Infinity' AS DOUBLE) % 2D",
    "double, double, double, double",
    "-1.5\t0.5\t0.5\tNaN",
  ],
  ["SELECT CAST(0.125BD AS STRING), CAST(CAST(-0.5 AS DECIMAL(3,3)) AS STRING)", "string, string", "0.125\t-0.500"],
  ["SELECT floor(7BD), ceil(CAST(2.5 AS DECIMAL(5,2)))", "decimal(1,0), decimal(4,0)", "7\t3"],
  [
    "SELECT overlay('Spark SQL' PLACING 'NaN' FROM -2147483648 FOR 4), overlay('Spark SQL' PLACING 'NaN' FROM -7 FOR CAST(NULL AS INT))",
    "string, string",
    "Spark SQLNaNSpark SQL\tNULL",
  ],
  [
    "SELECT substring_index(a, b, 2), concat_ws(b, a, array('x', NULL)), array_join(array('x', a, NULL), b, CAST(NULL AS STRING)) FROM VALUES ('a.b.c', '.') AS t(a, b)",
    "string, string, string",
    "a.b\ta.b.c.x\tNULL",
  ],
  [
    "SELECT btrim(X'4142', X'41'), lpad(X'43', 5, 'a'), lpad(-3, 5, X'4142')",
    "string, string, string",
    "B\taaaaC\tABA-3",
  ],
  [
    "SELECT acosh(2), asinh(1), atanh(0.5), cosh(2), sinh(2), tanh(0.7), atan2(7, 9), exp(1), ln(3), log10(3), log2(10), log(10, 3)",
    "double, double, double, double, double, double, double, double, double, double, double, double",
    "1.3169578969248166\t0.8813735870195429\t0.5493061443340548\t3.7621956910836314\t3.626860407847019\t0.6043677771171636\t0.6610431688506868\t2.7182818284590455\t1.0986122886681096\t0.47712125471966244\t3.3219280948873626\t0.4771212547196623",
  ],
  [
    "SELECT NULL / 1BD, 1BD / NULL, try_divide(NULL, 1BD), pmod(1Y, CAST(2 AS DECIMAL(5,2)))",
    "double, decimal(7,6), double, decimal(5,2)",
    "NULL\tNULL\tNULL\t1.00",
  ],
  ["SELECT regexp_extract('abc', 'x', 1), regexp_extract_all('abc', 'x', 7)", "string, array<string>", "\t[]"],
  ["SELECT sentences('a_b c')", "array<array<string>>", '[["a_b","c"]]'],
  [
    "SELECT to_number('1', CAST(NULL AS STRING)), to_char(1, CAST(NULL AS STRING)), to_char(X'61', 'utf-8')",
    "decimal(10,0), string, string",
    "NULL\tNULL\ta",
  ],
  [
    "SELECT try_cast(INTERVAL '-1 00:00:00.000001' DAY TO SECOND AS DECIMAL(1,0)), try_cast(9999999999999999999999999999999999 AS INTERVAL DAY TO SECOND)",
    "decimal(1,0), interval day to second",
    "NULL\tNULL",
  ],
  [
    "SELECT INTERVAL '1-2' YEAR TO MONTH * 0.5, INTERVAL '10' SECOND * 0.12345678901234567890123456789012345678, INTERVAL '1' MONTH * 999999.999999",
    "interval year to month, interval day to second, interval year to month",
    "0-7\t0 00:00:01.234568000\t83333-4",
  ],
  [
    "SELECT stddev(x), regr_slope(x, 1), regr_avgx(1, d) FROM VALUES (1D, 1.5BD), (CAST('NaN' AS DOUBLE), 2.5BD) AS t(x, d)",
    "double, double, decimal(6,5)",
    "NaN\tNULL\t2.00000",
  ],
  [
    "SELECT shiftleft(1.9F, 2), shiftright(8L, 1), nullifzero('0'), positive(NULL)",
    "int, bigint, string, double",
    "4\t4\tNULL\tNULL",
  ],
  ["SELECT unix_timestamp(TIMESTAMP'1969-12-31 23:59:59.5')", "bigint", "28799"],
  [
    "SELECT array_insert(array(1), 1, 2F), array_append(array(1), 2.5D)",
    "array<float>, array<double>",
    "[2.0,1.0]\t[1.0,2.5]",
  ],
  ["SELECT 4.9E-324D", "double", "4.9E-324"],
  [
    "SELECT substring('abc', -7, 1), substring('abc', -5, 3), substring('abc', -2147483648, 2)",
    "string, string, string",
    "\ta\t",
  ],
];

const REFUSED: readonly (readonly [sql: string, condition: string])[] = [
  ["SELECT to_timestamp_ntz(INTERVAL '1' MONTH)", "CAST_INVALID_INPUT"],
  ["SELECT to_date(1)", "CAST_INVALID_INPUT"],
  ["SELECT nth_value(a, a) OVER (ORDER BY a) FROM VALUES (1) AS t(a)", "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT"],
  ["SELECT nth_value(a, 0) OVER (ORDER BY a) FROM VALUES (1) AS t(a)", "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE"],
  ["SELECT CASE WHEN 1 THEN 2 END", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT if('true', 1, 2)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT soundex(1)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT get_json_object(1, '$.a')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT date_add(DATE'2020-01-01', 1L)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT unix_date('2020-01-01')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT bit_count('1')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT array_contains(array('a'), 1)", "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES"],
  ["SELECT array_union(array(1), array('a'))", "DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES"],
  ["SELECT array_append(NULL, 1)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT map_contains_key(map('a', 1), 1)", "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES"],
  ["SELECT greatest('a', 1)", "DATATYPE_MISMATCH.DATA_DIFF_TYPES"],
  ["SELECT width_bucket(INTERVAL '1' DAY, 1, 2, 3)", "DATATYPE_MISMATCH.DATA_DIFF_TYPES"],
  ["SELECT nullif(map(1, 2), map(1, 2))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
  ["SELECT collect_set(map(1, 2))", "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE"],
  ["SELECT mask('a', 'bc')", "DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE"],
  ["SELECT extract(DAY FROM INTERVAL '1' HOUR)", "INVALID_EXTRACT_FIELD"],
  ["SELECT to_number('1', 'x')", "INVALID_FORMAT.WRONG_NUM_DIGIT"],
  ["SELECT to_date(array(1))", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT 1 WHERE 'true'", "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN"],
  ["SELECT percentile(1, NULL)", "DATATYPE_MISMATCH.UNEXPECTED_NULL"],
];

const NOT_ANSI: readonly (readonly [sql: string, types: string, row: string])[] = [
  ["SELECT to_timestamp_ntz(true), to_date(1)", "timestamp_ntz, date", "NULL\tNULL"],
  ["SELECT abs(-32768S), abs(-128Y)", "smallint, tinyint", "-32768\t-128"],
  ["SELECT 999999999999.999999 * 2024", "decimal(23,6)", "2023999999999999.997976"],
];

describe("what a real Spark answers", () => {
  const databases = new Databases();
  let ansi: SqlSession;
  let legacy: SqlSession;
  beforeAll(() => {
    ansi = new SqlSession(databases, { ansi: true, timeZone: "America/Los_Angeles" });
    legacy = new SqlSession(databases, { ansi: false, timeZone: "UTC" });
  });
  afterAll(() => databases.close());

  const answer = async (session: SqlSession, sql: string): Promise<readonly [types: string, row: string]> => {
    const { schema, rows } = await session.run(sql);
    const cells = rows[0]?.map((value, index) =>
      resultText(value, schema.fields[index]?.type ?? { kind: "void" }, "hive"),
    );
    return [schema.fields.map((each) => simpleString(each.type)).join(", "), cells?.join("\t") ?? ""];
  };

  it.each(ANSI)("%s", async (sql, types, row) => {
    expect(await answer(ansi, sql)).toEqual([types, row]);
  });

  it.each(NOT_ANSI)("without ANSI: %s", async (sql, types, row) => {
    expect(await answer(legacy, sql)).toEqual([types, row]);
  });

  it.each(REFUSED)("refuses %s", async (sql, condition) => {
    await expect(ansi.run(sql)).rejects.toMatchObject({ code: condition });
  });
});
