import {
  between,
  inTurn,
  money,
  oneOf,
  perhaps,
  random,
  rowsOf,
  serial,
  sql,
  words,
  type Cell,
  type GeneratedTable,
} from "./table.ts";

const WORDS = ["able", "bar", "calm", "deep", "ese", "fine", "good", "high", "ought", "pri", "eing", "anti"];
const STREETS = ["Main", "Oak", "Park", "Elm", "Cedar", "Lake", "Hill", "Walnut"];
const CITIES = ["Fairview", "Midway", "Edgewood", "Oakland", "Salem"];
const COUNTIES = [
  "Williamson County",
  "Rush County",
  "Toole County",
  "Jefferson County",
  "Dona Ana County",
  "La Porte County",
  "Orange County",
  "Bronx County",
  "Franklin Parish",
];
const MORE_COUNTIES = ["North", "South", "East", "West", "Lower", "Upper"].flatMap((part) => [
  `${part} River County`,
  `${part} Lake County`,
  `${part} Hill County`,
]);
const ZIPS = ["85669", "86197", "88274", "83405", "24317", "15126", "28577", "30010", "32754", "18270"];
const STATES = "TX OR VA CO MN IN WI LA OH NM KY MS CA NJ CT IA AR IL WA ND OK GA TN TN TN GA IL".split(" ");
const COUNTRIES = ["UNITED STATES", "UNITED STATES", "GERMANY", "JAPAN", "CHILE", "TOGO", "FIJI"];
const MARITAL = ["M", "S", "D", "W", "U"];
const EDUCATION = ["Primary", "Secondary", "College", "2 yr Degree", "4 yr Degree", "Advanced Degree", "Unknown"];
/** Families of items: those of a family share their categories, classes and brands. */
const FAMILIES = [
  {
    categories: ["Books", "Children", "Electronics"],
    classes: ["personal", "portable", "reference", "self-help", "computers", "stereo", "football"],
    brands: ["scholaramalgamalg #14", "scholaramalgamalg #7", "exportiunivamalg #9", "scholaramalgamalg #9"],
  },
  {
    categories: ["Women", "Music", "Men"],
    classes: [
      "accessories",
      "classical",
      "fragrances",
      "pants",
      "maternity",
      "maternity",
      "maternity",
      "dresses",
      "shirts",
      "birdal",
    ],
    brands: ["amalgimporto #1", "edu packscholar #1", "exportiimporto #1", "importoamalg #1"],
  },
  {
    categories: ["Home", "Jewelry", "Sports"],
    classes: ["birdal", "football", "stereo", "shirts", "bedding"],
    brands: ["corpnameless #2", "brandbrand #5", "univmaxi #3", "namelessmaxi #8"],
  },
];
/** Colors, units and sizes that go together. */
const LOOKS = [
  [
    ["powder", "khaki"],
    ["Ounce", "Oz"],
    ["medium", "extra large"],
  ],
  [
    ["brown", "honeydew"],
    ["Bunch", "Ton"],
    ["N/A", "small"],
  ],
  [
    ["floral", "deep"],
    ["N/A", "Dozen"],
    ["petite", "large"],
  ],
  [
    ["light", "cornflower"],
    ["Box", "Pound"],
    ["medium", "extra large"],
  ],
  [
    ["midnight", "snow"],
    ["Pallet", "Gross"],
    ["medium", "extra large"],
  ],
  [
    ["cyan", "papaya"],
    ["Cup", "Dram"],
    ["N/A", "small"],
  ],
  [
    ["orange", "frosted"],
    ["Each", "Tbl"],
    ["petite", "large"],
  ],
  [
    ["forest", "ghost"],
    ["Lb", "Bundle"],
    ["medium", "extra large"],
  ],
  [
    ["pale", "chiffon"],
    ["Case", "Gram"],
    ["medium", "small"],
  ],
  [
    ["slate", "blanched", "burnished"],
    ["Tsp", "Carton"],
    ["large", "N/A"],
  ],
  [
    ["purple", "burlywood", "indian", "spring"],
    ["Ounce", "Box"],
    ["economy", "petite"],
  ],
] as const;
const MANUFACTURERS = [128, 977, 350, 677, 940, 694, 808, 129, 270, 821, 423, 738, 741, 745, 760, 778];

const id: Cell = sql("'AAAAAAAA' || lpad((i + 1)::VARCHAR, 8, '0')");
/** Every two rows are versions of the same thing. */
const versionedId: Cell = sql("'AAAAAAAA' || lpad((i // 2 + 1)::VARCHAR, 8, '0')");
const flag = oneOf(["Y", "N"]);
const text = words(WORDS, 3);
const person: Cell = words(["John", "Mary", "Ann", "Paul", "Kim", "Lee"], 2);
/** The Julian day of a day between 1998 and 2002. */
const dateKey: Cell = (column) => `(2450815 + ${random(column, 1826)})::INT`;
const key =
  (table: string): Cell =>
  (column) =>
    `(${random(column, rowsOf(table))} + 1)::INT`;
const gmt: Cell = sql("-5 - i % 3", "DECIMAL(5, 2)");
const among = (lists: readonly (readonly string[])[], position: string): Cell => {
  return (column) => {
    const branches = lists.map((values, index) => `WHEN ${index} THEN ${oneOf(values)(column)}`);
    return `CASE ${position} ${branches.join(" ")} END`;
  };
};

function address(prefix: string, home: { readonly state: Cell; readonly county: Cell }): Record<string, Cell> {
  return {
    [`${prefix}_street_number`]: (column) => `${between(1, 999)(column)}::VARCHAR`,
    [`${prefix}_street_name`]: words(STREETS, 1),
    [`${prefix}_street_type`]: oneOf(["Street", "Ave", "Blvd", "Lane"]),
    [`${prefix}_suite_number`]: (column) => `'Suite ' || ${random(column, 90)}`,
    [`${prefix}_city`]: oneOf(CITIES),
    [`${prefix}_county`]: home.county,
    [`${prefix}_state`]: home.state,
    [`${prefix}_zip`]: oneOf(ZIPS),
    [`${prefix}_country`]: sql("'United States'"),
    [`${prefix}_gmt_offset`]: gmt,
  };
}

const addressState = (): string =>
  `CASE WHEN i < 16 THEN ${inTurn(STATES)("ca_state")} ELSE ${oneOf(STATES)("ca_state")} END`;
const IN_TENNESSEE = {
  state: sql("'TN'"),
  county: inTurn(["Williamson County", "Williamson County", "Franklin Parish", "Bronx County", "Orange County"]),
};
const version = {
  start: sql("DATE '1997-10-27' + (i % 2 * 1000)::INT", "DATE"),
  end: sql("CASE WHEN i % 2 = 0 THEN DATE '2000-07-22' END"),
};

export const TPCDS_DIMENSIONS: readonly GeneratedTable[] = [
  {
    name: "date_dim",
    rows: () => 2191,
    columns: {
      d_date_sk: sql("2450815 + i", "INT"),
      d_date_id: id,
      d_date: sql("DATE '1998-01-01' + i::INT", "DATE"),
      d_month_seq: sql("(year(d_date) - 1900) * 12 + month(d_date) - 1", "INT"),
      d_week_seq: sql("(d_date - DATE '1900-01-01') // 7 + 1", "INT"),
      d_quarter_seq: sql("(year(d_date) - 1900) * 4 + quarter(d_date)", "INT"),
      d_year: sql("year(d_date)", "INT"),
      d_dow: sql("dayofweek(d_date)", "INT"),
      d_moy: sql("month(d_date)", "INT"),
      d_dom: sql("day(d_date)", "INT"),
      d_qoy: sql("quarter(d_date)", "INT"),
      d_fy_year: sql("d_year"),
      d_fy_quarter_seq: sql("d_quarter_seq"),
      d_fy_week_seq: sql("d_week_seq"),
      d_day_name: sql("dayname(d_date)"),
      d_quarter_name: sql("d_year || 'Q' || d_qoy"),
      d_holiday: flag,
      d_weekend: sql("CASE WHEN d_dow IN (0, 6) THEN 'Y' ELSE 'N' END"),
      d_following_holiday: flag,
      d_first_dom: sql("d_date_sk - d_dom + 1", "INT"),
      d_last_dom: sql("d_date_sk + day(last_day(d_date)) - d_dom", "INT"),
      d_same_day_ly: sql("d_date_sk - 365", "INT"),
      d_same_day_lq: sql("d_date_sk - 91", "INT"),
      ...Object.fromEntries(
        ["day", "week", "month", "quarter", "year"].map((unit) => [`d_current_${unit}`, sql("'N'")]),
      ),
    },
  },
  {
    name: "time_dim",
    // Every tenth second.
    rows: () => 8640,
    columns: {
      t_time_sk: sql("i * 10", "INT"),
      t_time_id: id,
      t_time: sql("i * 10", "INT"),
      t_hour: sql("i // 360", "INT"),
      t_minute: sql("i // 6 % 60", "INT"),
      t_second: sql("i % 6 * 10", "INT"),
      t_am_pm: sql("CASE WHEN t_hour < 12 THEN 'AM' ELSE 'PM' END"),
      t_shift: sql("['third', 'first', 'second'][t_hour // 8 + 1]"),
      t_sub_shift: sql("['night', 'morning', 'afternoon', 'evening'][t_hour // 6 + 1]"),
      t_meal_time: sql(
        "CASE WHEN t_hour BETWEEN 6 AND 8 THEN 'breakfast' WHEN t_hour BETWEEN 11 AND 12 THEN 'lunch' WHEN t_hour BETWEEN 17 AND 20 THEN 'dinner' END",
      ),
    },
  },
  {
    name: "income_band",
    rows: () => 20,
    columns: {
      ib_income_band_sk: serial(),
      ib_lower_bound: sql("i * 10000 + sign(i)", "INT"),
      ib_upper_bound: sql("(i + 1) * 10000", "INT"),
    },
  },
  {
    name: "household_demographics",
    rows: () => 1440,
    columns: {
      hd_demo_sk: serial(),
      hd_income_band_sk: sql("i % 20 + 1", "INT"),
      hd_buy_potential: inTurn([">10000", "Unknown", "1001-5000", "Unknown", "0-500", "501-1000"], "i // 20"),
      hd_dep_count: (column) => `CASE WHEN i < 3 THEN [3, 1, 1][i + 1]::INT ELSE ${random(column, 10)} END`,
      hd_vehicle_count: between(-1, 4),
    },
  },
  {
    name: "customer_demographics",
    rows: () => 1400,
    columns: {
      cd_demo_sk: serial(),
      cd_gender: inTurn(["M", "F"]),
      cd_marital_status: inTurn(MARITAL, "i // 2"),
      cd_education_status: inTurn(EDUCATION, "i // 10"),
      cd_purchase_estimate: sql("(i // 70 % 20 + 1) * 500", "INT"),
      cd_credit_rating: oneOf(["Good", "Low Risk", "High Risk", "Unknown"]),
      cd_dep_count: between(0, 6),
      cd_dep_employed_count: between(0, 6),
      cd_dep_college_count: between(0, 6),
    },
  },
  {
    name: "customer_address",
    rows: (scale) => 500 * scale,
    columns: {
      ca_address_sk: serial(),
      ca_address_id: id,
      ...address("ca", {
        // The first ones in the order of the states, for the households of the sales.
        state: addressState,
        county: (column) =>
          `CASE WHEN ${addressState()} = 'TN' THEN 'Williamson County' ELSE ${oneOf([...COUNTIES, ...MORE_COUNTIES])(column)} END`,
      }),
      ca_location_type: oneOf(["apartment", "condo", "single family"]),
    },
  },
  {
    name: "customer",
    rows: (scale) => 1000 * scale,
    columns: {
      c_customer_sk: serial(),
      c_customer_id: id,
      c_current_cdemo_sk: perhaps(
        (column) =>
          `CASE WHEN ${random("c_kind", 2)} = 0 THEN [51, 23, 37, 41, 35, 61, 57][${random(column, 7)} + 1] ELSE ${key("customer_demographics")(column)} END`,
      ),
      c_current_hdemo_sk: perhaps(key("household_demographics")),
      c_current_addr_sk: key("customer_address"),
      c_first_shipto_date_sk: perhaps(dateKey),
      c_first_sales_date_sk: perhaps(dateKey),
      c_salutation: perhaps(oneOf(["Mr.", "Mrs.", "Dr.", "Sir"])),
      c_first_name: perhaps(oneOf(["John", "Mary", "Ann", "Paul", "Kim", "Lee", "Ida", "Max"])),
      c_last_name: perhaps(oneOf(["Smith", "Jones", "Brown", "Lopez", "Young", "King", "Hill", "Green"])),
      c_preferred_cust_flag: perhaps(flag),
      c_birth_day: perhaps(between(1, 28)),
      c_birth_month: perhaps(between(1, 12)),
      c_birth_year: perhaps(between(1924, 1992)),
      c_birth_country: perhaps(oneOf(COUNTRIES)),
      c_login: sql("NULL", "VARCHAR"),
      c_email_address: sql("'customer' || i || '@example.org'"),
      c_last_review_date: perhaps(dateKey),
    },
  },
  {
    name: "item",
    rows: (scale) => 1000 * scale,
    columns: {
      i_item_sk: serial(),
      i_item_id: versionedId,
      i_rec_start_date: version.start,
      i_rec_end_date: version.end,
      i_item_desc: perhaps(text),
      i_current_price: perhaps(
        (column) =>
          `CASE ${random("price_of", 6)} WHEN 0 THEN ${money(0.99, 1.49)(column)} WHEN 1 THEN ${money(62, 98)(column)} WHEN 2 THEN ${money(65, 74)(column)} ELSE ${money(1, 100)(column)} END`,
        1,
      ),
      i_wholesale_cost: perhaps(money(1, 80)),
      i_brand_id: sql(`1000 + ${random("i_brand", 4)} + 10 * ${random("family", FAMILIES.length)}`, "INT"),
      i_brand: among(
        FAMILIES.map((each) => each.brands),
        random("family", FAMILIES.length),
      ),
      i_class_id: sql(`${random("i_class", 7)} + 1`, "INT"),
      i_class: among(
        FAMILIES.map((each) => each.classes),
        random("family", FAMILIES.length),
      ),
      i_category_id: sql(`${random("i_category", 3)} + 1 + 3 * ${random("family", FAMILIES.length)}`, "INT"),
      i_category: perhaps(
        among(
          FAMILIES.map((each) => each.categories),
          random("family", FAMILIES.length),
        ),
        1,
      ),
      i_manufact_id: (column) => `([${MANUFACTURERS.join(", ")}])[${random(column, MANUFACTURERS.length)} + 1]::INT`,
      i_manufact: sql("'manufact' || i_manufact_id"),
      i_size: among(
        LOOKS.map(([, , sizes]) => sizes),
        random("look", LOOKS.length),
      ),
      i_formulation: (column) => `${random(column, 1000000)}::VARCHAR`,
      i_color: among(
        LOOKS.map(([colors]) => colors),
        random("look", LOOKS.length),
      ),
      i_units: among(
        LOOKS.map(([, units]) => units),
        random("look", LOOKS.length),
      ),
      i_container: sql("'Unknown'"),
      i_manager_id: (column) =>
        `CASE WHEN ${random("manager", 3)} = 0 THEN [1, 8, 28][${random(column, 3)} + 1]::INT ELSE ${between(1, 40)(column)} END`,
      i_product_name: sql("'product ' || i"),
    },
  },
  {
    name: "store",
    rows: () => 12,
    columns: {
      s_store_sk: serial(),
      s_store_id: versionedId,
      s_rec_start_date: version.start,
      s_rec_end_date: version.end,
      s_closed_date_sk: perhaps(dateKey, 70),
      s_store_name: inTurn(["ese", "able", "ought", "bar"]),
      s_number_employees: between(200, 300),
      s_floor_space: between(5_000_000, 10_000_000),
      s_hours: oneOf(["8AM-4PM", "8AM-8AM", "8AM-12AM"]),
      s_manager: person,
      s_market_id: sql("[8, 2, 8, 4, 5][i % 5 + 1]", "INT"),
      s_geography_class: sql("'Unknown'"),
      s_market_desc: text,
      s_market_manager: person,
      s_division_id: serial(),
      s_division_name: sql("'Unknown'"),
      s_company_id: serial(),
      s_company_name: sql("'Unknown'"),
      ...address("s", IN_TENNESSEE),
      s_tax_percentage: money(0, 0.11, "DECIMAL(5, 2)"),
    },
  },
  {
    name: "call_center",
    rows: () => 6,
    columns: {
      cc_call_center_sk: serial(),
      cc_call_center_id: versionedId,
      cc_rec_start_date: version.start,
      cc_rec_end_date: version.end,
      cc_closed_date_sk: sql("NULL", "INT"),
      cc_open_date_sk: dateKey,
      cc_name: inTurn(["NY Metro", "Mid Atlantic", "Midwest"]),
      cc_class: inTurn(["small", "medium", "large"]),
      cc_employees: between(1, 7),
      cc_sq_ft: between(100, 700),
      cc_hours: oneOf(["8AM-4PM", "8AM-8AM"]),
      cc_manager: person,
      cc_mkt_id: between(1, 6),
      cc_mkt_class: text,
      cc_mkt_desc: text,
      cc_market_manager: person,
      cc_division: between(1, 6),
      cc_division_name: words(WORDS, 1),
      cc_company: between(1, 6),
      cc_company_name: words(WORDS, 1),
      ...address("cc", IN_TENNESSEE),
      cc_tax_percentage: money(0, 0.11, "DECIMAL(5, 2)"),
    },
  },
  {
    name: "catalog_page",
    rows: () => 100,
    columns: {
      cp_catalog_page_sk: serial(),
      cp_catalog_page_id: id,
      cp_start_date_sk: dateKey,
      cp_end_date_sk: sql("cp_start_date_sk + 30", "INT"),
      cp_department: sql("'DEPARTMENT'"),
      cp_catalog_number: sql("i // 10 + 1", "INT"),
      cp_catalog_page_number: sql("i % 10 + 1", "INT"),
      cp_description: text,
      cp_type: oneOf(["bi-annual", "quarterly", "monthly"]),
    },
  },
  {
    name: "web_site",
    rows: () => 6,
    columns: {
      web_site_sk: serial(),
      web_site_id: versionedId,
      web_rec_start_date: version.start,
      web_rec_end_date: version.end,
      web_name: sql("'site_' || i // 2"),
      web_open_date_sk: dateKey,
      web_close_date_sk: sql("NULL", "INT"),
      web_class: sql("'Unknown'"),
      web_manager: person,
      web_mkt_id: between(1, 6),
      web_mkt_class: text,
      web_mkt_desc: text,
      web_market_manager: person,
      web_company_id: serial(),
      web_company_name: inTurn(["pri", "able", "pri", "ought"]),
      ...address("web", IN_TENNESSEE),
      web_tax_percentage: money(0, 0.11, "DECIMAL(5, 2)"),
    },
  },
  {
    name: "web_page",
    rows: () => 30,
    columns: {
      wp_web_page_sk: serial(),
      wp_web_page_id: versionedId,
      wp_rec_start_date: version.start,
      wp_rec_end_date: version.end,
      wp_creation_date_sk: dateKey,
      wp_access_date_sk: dateKey,
      wp_autogen_flag: flag,
      wp_customer_sk: sql("NULL", "INT"),
      wp_url: sql("'http://www.example.org'"),
      wp_type: oneOf(["order", "welcome", "review"]),
      wp_char_count: sql("CASE WHEN i % 2 = 0 THEN 5000 + i ELSE i * 100 END", "INT"),
      wp_link_count: between(2, 25),
      wp_image_count: between(1, 7),
      wp_max_ad_count: between(0, 4),
    },
  },
  {
    name: "warehouse",
    rows: () => 5,
    columns: {
      w_warehouse_sk: serial(),
      w_warehouse_id: id,
      w_warehouse_name: perhaps(words(WORDS, 2), 20),
      w_warehouse_sq_ft: between(50_000, 1_000_000),
      ...address("w", IN_TENNESSEE),
    },
  },
  {
    name: "promotion",
    rows: () => 60,
    columns: {
      p_promo_sk: serial(),
      p_promo_id: id,
      p_start_date_sk: dateKey,
      p_end_date_sk: dateKey,
      p_item_sk: key("item"),
      p_cost: sql("1000", "DECIMAL(15, 2)"),
      p_response_target: sql("1", "INT"),
      p_promo_name: words(WORDS, 1),
      ...Object.fromEntries(
        ["dmail", "email", "catalog", "tv", "radio", "press", "event", "demo"].map((channel) => [
          `p_channel_${channel}`,
          perhaps(flag),
        ]),
      ),
      p_channel_details: text,
      p_purpose: sql("'Unknown'"),
      p_discount_active: flag,
    },
  },
  {
    name: "reason",
    rows: () => 35,
    columns: { r_reason_sk: serial(), r_reason_id: id, r_reason_desc: sql("'reason ' || i + 1") },
  },
  {
    name: "ship_mode",
    rows: () => 20,
    columns: {
      sm_ship_mode_sk: serial(),
      sm_ship_mode_id: id,
      sm_type: inTurn(["EXPRESS", "OVERNIGHT", "REGULAR", "TWO DAY", "LIBRARY"]),
      sm_code: inTurn(["AIR", "SURFACE", "SEA"]),
      sm_carrier: inTurn(["DHL", "UPS", "BARIAN", "FEDEX"]),
      sm_contract: words(WORDS, 1),
    },
  },
];
