import { between, perhaps, random, rowsOf, sql, type Cell, type GeneratedTable } from "./table.ts";

/** Days on which much is sold. */
const BUSY_DAYS = [
  "2000-01-03",
  "2000-06-30",
  "2000-09-27",
  "2000-11-17",
  "1998-11-20",
  "1998-12-05",
  "1998-12-10",
  "1999-02-10",
  "1999-11-12",
  "2000-02-15",
  "2000-08-25",
  "2001-04-10",
  "2001-11-15",
  "2001-12-10",
  "2002-02-10",
];
/** The first rows of each channel sell the same items on the same day at the same price. */
const SAME = 20;

/** A day's Julian number between 1998 and 2002, the same for all rows of an order. */
const soldOn = (order: string): Cell => {
  const busy = `[${BUSY_DAYS.map((day) => `DATE '${day}'`).join(", ")}][${random("busy", BUSY_DAYS.length, order)} + 1]`;
  return sql(
    `CASE WHEN i < ${SAME} THEN 2451547 WHEN ${random("is_busy", 10, order)} < 3 THEN 2450815 + (${busy} - DATE '1998-01-01')
      ELSE 2450815 + ${random("day", 1826, order)} END`,
    "INT",
  );
};
/** A tenth of what is sold are ten items. */
const soldItem: Cell = (column) =>
  `CASE WHEN i < ${SAME} THEN 401 + 2 * i WHEN ${random("is_common", 10)} = 0 THEN ${random(column, 10)} + 1 ELSE ${random(column, rowsOf("item"))} + 1 END::INT`;
const at = (order: string): Cell => sql(`${random("time", 8640, order)} * 10`, "INT");
const key =
  (table: string, over = "i"): Cell =>
  (column) =>
    `(${random(column, rowsOf(table), over)} + 1)::INT`;
/** In a fifth of the orders the buyers are of eight households, whose people, homes and incomes go together. */
const household = (order: string, typical: string, others: Cell): Cell => {
  return (column) =>
    `CASE WHEN ${random("typical", 5, order)} = 0 THEN (${typical})[${random("household", 8, order)} + 1] ELSE ${others(column)} END::INT`;
};
const people = (order: string): Cell =>
  household(order, "[51, 23, 37, 41, 35, 51, 23, 37]", key("customer_demographics", order));
const incomes = (order: string): Cell =>
  household(order, "[1, 2, 3, 1, 2, 3, 1, 2]", key("household_demographics", order));
const homes = (order: string): Cell => household(order, "[1, 2, 3, 4, 5, 6, 7, 8]", key("customer_address", order));
const decimal = (text: string): Cell => sql(text, "DECIMAL(7, 2)");

/** Quantity, prices and what follows from them. */
function prices(p: string, { shipped }: { readonly shipped: boolean }): Record<string, Cell> {
  const few = `WHEN ${random("few", 4)} = 0 THEN ${random("few_of", 3)} + 1`;
  return {
    [`${p}_quantity`]: perhaps(
      (column) => `CASE WHEN i < ${SAME} THEN 10 ${few} ELSE ${between(1, 100)(column)} END`,
      2,
    ),
    [`${p}_wholesale_cost`]: (column) => decimal(`(100 + ${random(column, 9901)}) * 0.01`)(column),
    [`${p}_list_price`]: (column) => decimal(`${p}_wholesale_cost * (100 + ${random(column, 101)}) * 0.01`)(column),
    [`${p}_sales_price`]: perhaps(
      (column) =>
        decimal(`CASE WHEN i < ${SAME} THEN 50 ELSE ${p}_list_price * ${random(column, 101)} * 0.01 END`)(column),
      2,
    ),
    [`${p}_ext_discount_amt`]: decimal(`${p}_quantity * (${p}_list_price - ${p}_sales_price)`),
    [`${p}_ext_sales_price`]: decimal(`${p}_quantity * ${p}_sales_price`),
    [`${p}_ext_wholesale_cost`]: decimal(`${p}_quantity * ${p}_wholesale_cost`),
    [`${p}_ext_list_price`]: decimal(`${p}_quantity * ${p}_list_price`),
    [`${p}_ext_tax`]: (column) => decimal(`${p}_ext_sales_price * ${random(column, 10)} * 0.01`)(column),
    [`${p}_coupon_amt`]: (column) =>
      decimal(
        `CASE WHEN ${random("coupon", 5)} = 0 THEN ${p}_ext_sales_price * ${random(column, 80)} * 0.01 ELSE 0 END`,
      )(column),
    ...(shipped
      ? {
          [`${p}_ext_ship_cost`]: (column: string) =>
            decimal(`${p}_ext_list_price * ${random(column, 50)} * 0.01`)(column),
        }
      : {}),
    [`${p}_net_paid`]: decimal(`${p}_ext_sales_price - ${p}_coupon_amt`),
    [`${p}_net_paid_inc_tax`]: decimal(`${p}_net_paid + ${p}_ext_tax`),
    ...(shipped
      ? {
          [`${p}_net_paid_inc_ship`]: decimal(`${p}_net_paid + ${p}_ext_ship_cost`),
          [`${p}_net_paid_inc_ship_tax`]: decimal(`${p}_net_paid_inc_ship + ${p}_ext_tax`),
        }
      : {}),
    [`${p}_net_profit`]: decimal(`${p}_net_paid - ${p}_ext_wholesale_cost`),
  };
}

/** What comes back of a sale, given the names that differ. */
function refund(
  p: string,
  sale: string,
  names: { readonly amount: string; readonly credit: string },
): Record<string, Cell> {
  const amount = `${p}_${names.amount}`;
  return {
    [`${p}_return_quantity`]: perhaps((column) => `(${random(column, 100)} * ${sale}_quantity // 100 + 1)::INT`, 2),
    [amount]: decimal(`${p}_return_quantity * ${sale}_sales_price`),
    [`${p}_return_tax`]: (column) => decimal(`${amount} * ${random(column, 10)} * 0.01`)(column),
    [`${p}_return_amt_inc_tax`]: decimal(`${amount} + ${p}_return_tax`),
    [`${p}_fee`]: (column) => decimal(`(50 + ${random(column, 9951)}) * 0.01`)(column),
    [`${p}_return_ship_cost`]: (column) => decimal(`${p}_return_quantity * ${random(column, 1000)} * 0.01`)(column),
    [`${p}_refunded_cash`]: (column) => decimal(`${amount} * ${random(column, 101)} * 0.005`)(column),
    [`${p}_reversed_charge`]: (column) =>
      decimal(`(${amount} - ${p}_refunded_cash) * ${random(column, 101)} * 0.01`)(column),
    [`${p}_${names.credit}`]: decimal(`${amount} - ${p}_refunded_cash - ${p}_reversed_charge`),
    [`${p}_net_loss`]: decimal(`${p}_return_ship_cost + ${p}_fee + ${p}_return_tax`),
  };
}

/** Of every other order, half comes back. */
const returned = (sales: string): string =>
  `SELECT rowid AS i, * FROM ${sales} WHERE rowid < ${SAME} OR rowid // 6 % 2 = 0 AND rowid % 2 = 0 ORDER BY rowid`;
const after =
  (day: string, days: number): Cell =>
  (column) =>
    `CASE WHEN i < ${SAME} THEN 2451726 ELSE ${day} + 1 + ${random(column, days)} END::INT`;

/** Twenty rows make a ticket of sixteen, one of three and one of one. */
const TICKET = "(i // 20 * 3 + CASE WHEN i % 20 < 16 THEN 0 WHEN i % 20 < 19 THEN 1 ELSE 2 END)";
const ORDER = "(i // 6)";

/** Who buys, for whom, of an order of the catalog or the web. */
function buyers(p: string, bought: Cell): Record<string, Cell> {
  return {
    [`${p}_bill_customer_sk`]: perhaps(bought),
    [`${p}_bill_cdemo_sk`]: perhaps(people(ORDER)),
    [`${p}_bill_hdemo_sk`]: perhaps(incomes(ORDER)),
    [`${p}_bill_addr_sk`]: perhaps(homes(ORDER)),
    [`${p}_ship_customer_sk`]: perhaps(key("customer", ORDER)),
    [`${p}_ship_cdemo_sk`]: perhaps(people(ORDER)),
    [`${p}_ship_hdemo_sk`]: perhaps(incomes(ORDER)),
    [`${p}_ship_addr_sk`]: perhaps(homes(ORDER)),
  };
}

function returners(p: string, sale: string): Record<string, Cell> {
  return Object.fromEntries(
    ["refunded", "returning"].flatMap((role) =>
      ["customer", "cdemo", "hdemo", "addr"].map((part) => [
        `${p}_${role}_${part}_sk`,
        perhaps(sql(`${sale}_bill_${part}_sk`)),
      ]),
    ),
  );
}

/** Sales, returns and stock. What the catalog sells is in part what was bought in a store before and came back. */
export const TPCDS_FACTS: readonly GeneratedTable[] = [
  {
    name: "store_sales",
    rows: (scale) => 40_000 * scale,
    columns: {
      ss_sold_date_sk: perhaps(soldOn(TICKET), 2),
      ss_sold_time_sk: perhaps(at(TICKET), 2),
      ss_item_sk: soldItem,
      ss_customer_sk: perhaps(key("customer", TICKET), 2),
      ss_cdemo_sk: perhaps(people(TICKET), 2),
      ss_hdemo_sk: perhaps(incomes(TICKET), 2),
      ss_addr_sk: perhaps(homes(TICKET), 2),
      ss_store_sk: perhaps(key("store", TICKET), 2),
      ss_promo_sk: perhaps(key("promotion"), 2),
      ss_ticket_number: sql(`${TICKET} + 1`, "INT"),
      ...prices("ss", { shipped: false }),
    },
  },
  {
    name: "store_returns",
    rows: returned("store_sales"),
    columns: {
      sr_returned_date_sk: after("ss_sold_date_sk", 90),
      sr_return_time_sk: perhaps(at("i")),
      sr_item_sk: sql("ss_item_sk"),
      sr_customer_sk: perhaps(sql("ss_customer_sk")),
      sr_cdemo_sk: perhaps(sql("ss_cdemo_sk")),
      sr_hdemo_sk: perhaps(sql("ss_hdemo_sk")),
      sr_addr_sk: perhaps(sql("ss_addr_sk")),
      sr_store_sk: perhaps(sql("ss_store_sk")),
      sr_reason_sk: perhaps(key("reason")),
      sr_ticket_number: sql("ss_ticket_number"),
      ...refund("sr", "ss", { amount: "return_amt", credit: "store_credit" }),
    },
  },
  {
    name: "catalog_sales",
    rows: `SELECT r.i, sr_item_sk, sr_customer_sk, sr_returned_date_sk FROM range(${rowsOf("store_sales")} * 3 // 5) AS r(i)
      LEFT JOIN (SELECT rowid AS n, * FROM store_returns) ON r.i % 3 = 0 AND r.i >= 60 AND n = r.i // 3 ORDER BY r.i`,
    columns: {
      cs_sold_date_sk: perhaps(
        (column) => `coalesce(sr_returned_date_sk + 1 + ${random(column, 60)}, ${soldOn(ORDER)(column)})::INT`,
        2,
      ),
      cs_sold_time_sk: perhaps(at(ORDER), 2),
      cs_ship_date_sk: perhaps((column) => `(cs_sold_date_sk + 1 + ${random(column, 140)})::INT`),
      ...buyers("cs", (column) => `coalesce(sr_customer_sk, ${key("customer", ORDER)(column)})`),
      cs_call_center_sk: perhaps(key("call_center", ORDER)),
      cs_catalog_page_sk: perhaps(key("catalog_page")),
      cs_ship_mode_sk: perhaps(key("ship_mode")),
      cs_warehouse_sk: perhaps(key("warehouse")),
      cs_item_sk: (column) => `coalesce(sr_item_sk, ${soldItem(column)})`,
      cs_promo_sk: perhaps(key("promotion")),
      cs_order_number: sql(`${ORDER} + 1`, "INT"),
      ...prices("cs", { shipped: true }),
    },
  },
  {
    name: "catalog_returns",
    rows: returned("catalog_sales"),
    columns: {
      cr_returned_date_sk: after("cs_sold_date_sk", 90),
      cr_returned_time_sk: perhaps(at("i")),
      cr_item_sk: sql("cs_item_sk"),
      ...returners("cr", "cs"),
      cr_call_center_sk: perhaps(sql("cs_call_center_sk")),
      cr_catalog_page_sk: perhaps(sql("cs_catalog_page_sk")),
      cr_ship_mode_sk: perhaps(sql("cs_ship_mode_sk")),
      cr_warehouse_sk: perhaps(sql("cs_warehouse_sk")),
      cr_reason_sk: perhaps(key("reason")),
      cr_order_number: sql("cs_order_number"),
      ...refund("cr", "cs", { amount: "return_amount", credit: "store_credit" }),
    },
  },
  {
    name: "web_sales",
    rows: (scale) => 16_000 * scale,
    columns: {
      ws_sold_date_sk: perhaps(soldOn(ORDER), 2),
      ws_sold_time_sk: perhaps(at(ORDER), 2),
      ws_ship_date_sk: perhaps((column) => `(ws_sold_date_sk + 1 + ${random(column, 140)})::INT`),
      ws_item_sk: soldItem,
      ...buyers("ws", key("customer", ORDER)),
      ws_web_page_sk: perhaps(key("web_page")),
      ws_web_site_sk: perhaps(key("web_site", ORDER)),
      ws_ship_mode_sk: perhaps(key("ship_mode")),
      ws_warehouse_sk: perhaps(key("warehouse")),
      ws_promo_sk: perhaps(key("promotion")),
      ws_order_number: sql(`${ORDER} + 1`, "INT"),
      ...prices("ws", { shipped: true }),
    },
  },
  {
    name: "web_returns",
    rows: returned("web_sales"),
    columns: {
      wr_returned_date_sk: after("ws_sold_date_sk", 90),
      wr_returned_time_sk: perhaps(at("i")),
      wr_item_sk: sql("ws_item_sk"),
      ...returners("wr", "ws"),
      wr_web_page_sk: perhaps(sql("ws_web_page_sk")),
      wr_reason_sk: perhaps(key("reason")),
      wr_order_number: sql("ws_order_number"),
      ...refund("wr", "ws", { amount: "return_amt", credit: "account_credit" }),
    },
  },
  {
    name: "inventory",
    // Some of the items, once a week.
    rows: "SELECT (week * 1000 + sk) * 10 + warehouse AS i, week, sk, warehouse FROM range(262) AS w(week), (SELECT i_item_sk AS sk FROM item WHERE i_item_sk <= 10 OR i_item_sk % 10 = 0), range(1, 4) AS h(warehouse)",
    columns: {
      inv_date_sk: sql("2450815 + week * 7", "INT"),
      inv_item_sk: sql("sk"),
      inv_warehouse_sk: sql("warehouse", "INT"),
      // Mostly few, so that the amounts of a month spread far.
      inv_quantity_on_hand: perhaps(
        (column) => `(pow(${random(column, 1001)} / 1000, 4 - warehouse // 3 * 3) * 1000)::INT`,
        2,
      ),
    },
  },
];
