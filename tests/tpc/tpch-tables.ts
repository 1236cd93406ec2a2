import {
  between,
  inTurn,
  money,
  oneOf,
  random,
  rowsOf,
  serial,
  sql,
  words,
  type Cell,
  type GeneratedTable,
} from "./table.ts";

const REGIONS = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"];
/** In the specification's order, each with the position of its region. */
const NATIONS: readonly (readonly [string, number])[] = [
  ["ALGERIA", 0],
  ["ARGENTINA", 1],
  ["BRAZIL", 1],
  ["CANADA", 1],
  ["EGYPT", 4],
  ["ETHIOPIA", 0],
  ["FRANCE", 3],
  ["GERMANY", 3],
  ["INDIA", 2],
  ["INDONESIA", 2],
  ["IRAN", 4],
  ["IRAQ", 4],
  ["JAPAN", 2],
  ["JORDAN", 4],
  ["KENYA", 0],
  ["MOROCCO", 0],
  ["MOZAMBIQUE", 0],
  ["PERU", 1],
  ["CHINA", 2],
  ["ROMANIA", 3],
  ["SAUDI ARABIA", 4],
  ["VIETNAM", 2],
  ["RUSSIA", 3],
  ["UNITED KINGDOM", 3],
  ["UNITED STATES", 1],
];
const WORDS = [
  "furiously",
  "special",
  "pending",
  "deposits",
  "requests",
  "Customer",
  "sleep",
  "Complaints",
  "carefully",
  "ironic",
  "accounts",
  "boldly",
];
const COLORS = ["almond", "azure", "blue", "forest", "green", "ivory", "lemon", "navy", "olive", "plum"];
const SIZES = ["STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"];
const FINISHES = ["ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"];
const METALS = ["TIN", "NICKEL", "BRASS", "STEEL", "COPPER"];
const CONTAINERS = ["SM", "LG", "MED", "JUMBO", "WRAP"];
const SHAPES = ["CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"];
const PRIORITIES = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"];

const DECIMAL = "DECIMAL(15, 2)";
const comment = words(WORDS, 5);
const name = (prefix: string): Cell => sql(`printf('${prefix}#%09d', i + 1)`);
const phone = (nation: string): Cell => {
  const digits = (part: number, below: number) => `lpad(${random(`phone${part}`, below)}::VARCHAR, 3, '0')`;
  return sql(`(${nation} + 10) || '-' || ${digits(1, 1000)} || '-' || ${digits(2, 1000)} || '-' || ${digits(3, 1000)}`);
};
const nation = between(0, NATIONS.length - 1);
const key =
  (table: string): Cell =>
  (column) =>
    `(${random(column, rowsOf(table))} + 1)::BIGINT`;

/** One of the four suppliers of a part. */
function supplierOf(part: string, turn: string): string {
  return `(${part} + ${turn} * (${rowsOf("supplier")} // 4 + 1)) % ${rowsOf("supplier")} + 1`;
}

/** The specification's tables and row counts; `DECIMAL(15, 2)` for its decimals. Line items come with their orders. */
export const TPCH_TABLES: readonly GeneratedTable[] = [
  {
    name: "region",
    rows: () => REGIONS.length,
    columns: { r_regionkey: serial(0), r_name: inTurn(REGIONS), r_comment: comment },
  },
  {
    name: "nation",
    rows: () => NATIONS.length,
    columns: {
      n_nationkey: serial(0),
      n_name: inTurn(NATIONS.map(([each]) => each)),
      n_regionkey: sql(`[${NATIONS.map(([, region]) => region).join(", ")}][i + 1]`, "INT"),
      n_comment: comment,
    },
  },
  {
    name: "supplier",
    rows: (scale) => 10_000 * scale,
    columns: {
      s_suppkey: sql("i + 1", "BIGINT"),
      s_name: name("Supplier"),
      s_address: words(WORDS, 2),
      s_nationkey: nation,
      s_phone: phone("s_nationkey"),
      s_acctbal: money(-999, 9999, DECIMAL),
      s_comment: comment,
    },
  },
  {
    name: "part",
    rows: (scale) => 200_000 * scale,
    columns: {
      p_partkey: sql("i + 1", "BIGINT"),
      p_name: words(COLORS, 3),
      p_mfgr: sql(`'Manufacturer#' || ${random("p_mfgr", 5)} + 1`),
      p_brand: sql(`'Brand#' || right(p_mfgr, 1) || ${random("p_brand", 5)} + 1`),
      p_type: (column) =>
        [SIZES, FINISHES, METALS].map((each, index) => oneOf(each)(`${column}${index}`)).join(" || ' ' || "),
      p_size: between(1, 50),
      p_container: (column) => `${oneOf(CONTAINERS)(column)} || ' ' || ${oneOf(SHAPES)(`${column}2`)}`,
      p_retailprice: sql("(90000 + (p_partkey // 10) % 20001 + 100 * (p_partkey % 1000)) * 0.01", DECIMAL),
      p_comment: words(WORDS, 2),
    },
  },
  {
    name: "partsupp",
    // Four suppliers for each part; line items take one of them.
    rows: "SELECT p_partkey * 4 + turn AS i, p_partkey, turn FROM part, range(4) AS r(turn)",
    columns: {
      ps_partkey: sql("p_partkey"),
      ps_suppkey: sql(supplierOf("p_partkey", "turn"), "BIGINT"),
      ps_availqty: between(1, 9999),
      ps_supplycost: money(1, 1000, DECIMAL),
      ps_comment: comment,
    },
  },
  {
    name: "customer",
    rows: (scale) => 150_000 * scale,
    columns: {
      c_custkey: sql("i + 1", "BIGINT"),
      c_name: name("Customer"),
      c_address: words(WORDS, 2),
      c_nationkey: nation,
      c_phone: phone("c_nationkey"),
      c_acctbal: money(-999, 9999, DECIMAL),
      c_mktsegment: oneOf(["AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"]),
      c_comment: comment,
    },
  },
  {
    name: "orders",
    rows: (scale) => 1_500_000 * scale,
    columns: {
      o_orderkey: sql("i + 1", "BIGINT"),
      // A third of the customers orders nothing.
      o_custkey: (column) => `${key("customer")(column)} // 3 * 3 + 1 + ${random("o_cust", 2)}`,
      o_orderdate: sql(`DATE '1992-01-01' + ${random("o_orderdate", 2406)}`, "DATE"),
      o_orderstatus: sql(
        "CASE WHEN o_orderdate < DATE '1995-03-01' THEN 'F' WHEN o_orderdate > DATE '1995-07-01' THEN 'O' ELSE 'P' END",
      ),
      o_totalprice: money(900, 500_000, DECIMAL),
      o_orderpriority: oneOf(PRIORITIES),
      o_clerk: sql(`printf('Clerk#%09d', ${random("o_clerk", 1000)})`),
      o_shippriority: sql("0", "INT"),
      o_comment: comment,
    },
  },
  {
    name: "lineitem",
    rows: `SELECT o_orderkey * 8 + line AS i, * FROM (
      SELECT o_orderkey, o_orderdate, unnest(range(${random("lines", 7, "o_orderkey")} + 1)) AS line FROM orders)`,
    columns: {
      l_orderkey: sql("o_orderkey"),
      l_partkey: key("part"),
      l_suppkey: (column) => `(${supplierOf("l_partkey", random(column, 4))})::BIGINT`,
      l_linenumber: sql("line + 1", "INT"),
      l_quantity: (column) => `CAST(${between(1, 50)(column)} AS ${DECIMAL})`,
      l_extendedprice: sql(
        "l_quantity * (90000 + (l_partkey // 10) % 20001 + 100 * (l_partkey % 1000)) * 0.01",
        DECIMAL,
      ),
      l_discount: money(0, 0.1, DECIMAL),
      l_tax: money(0, 0.08, DECIMAL),
      l_shipdate: sql(`o_orderdate + 1 + ${random("l_shipdate", 121)}`, "DATE"),
      l_commitdate: sql(`o_orderdate + 30 + ${random("l_commitdate", 61)}`, "DATE"),
      l_receiptdate: sql(`l_shipdate + 1 + ${random("l_receiptdate", 30)}`, "DATE"),
      l_returnflag: sql(
        `CASE WHEN l_receiptdate > DATE '1995-06-17' THEN 'N' WHEN ${random("l_returnflag", 2)} = 0 THEN 'R' ELSE 'A' END`,
      ),
      l_linestatus: sql("CASE WHEN l_shipdate > DATE '1995-06-17' THEN 'O' ELSE 'F' END"),
      l_shipinstruct: oneOf(["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"]),
      l_shipmode: oneOf(["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"]),
      l_comment: words(WORDS, 2),
    },
  },
];
