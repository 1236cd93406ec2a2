import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  decimal,
  DOUBLE,
  FLOAT,
  INT,
  LONG,
  SHORT,
  simpleString,
  STRING,
  TIME,
  TIMESTAMP,
  VOID,
  type DataType,
} from "../../core/data-type.ts";
import { canCast } from "../types/cast-rules.ts";
import {
  bindSignature,
  expressions,
  scalar,
  wrongNumber,
  type CallSite,
  type FunctionRow,
  expressionAt,
} from "./function.ts";
import { anything, binary, boolean, long, oneOf, only, text, onlyText } from "./params.ts";
import { scalarBy, typeAt, attempted, textOf } from "./rules.ts";
import { filled, string } from "./defaults.ts";

const category = "misc";

/** `int(x)`, `date(x)`: a cast that leaves no trace in the column's name. */
function castFunction(name: string, type: DataType): FunctionRow {
  return scalarBy(name, "conversion", (call: CallSite) => {
    const [value] = expressions(call);
    if (value === undefined || call.args.length !== 1) throw wrongNumber(call, "1");
    const mode = call.context.ansi ? "ansi" : "legacy";
    if (!canCast(value.type, type, mode)) {
      throw call.error(
        "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
        `Cannot resolve "${name}" due to data type mismatch: cannot cast "${simpleString(value.type).toUpperCase()}" to "${simpleString(type).toUpperCase()}".`,
      );
    }
    return {
      args: [value],
      type,
      nullable: value.nullable || mode === "legacy",
      lower: ([sql = "NULL"], _, tools) => tools.cast(sql, value.type, type, mode),
      pretty: ([shown = ""]) => shown,
    };
  });
}

/** A text that the session knows. */
function sessionText(
  names: string | readonly [string, ...string[]],
  shown: string | undefined,
  value: (call: CallSite) => string,
): FunctionRow {
  return scalarBy(names, category, (call) =>
    bindSignature(
      call,
      { params: [], returns: STRING, nullable: false, ...(shown === undefined ? {} : { pretty: () => `${shown}()` }) },
      (_, __, tools) => tools.text(value(call)),
    ),
  );
}

const GROUP_FUNCTIONS: readonly [string, ...string[]] = ["is_account_group_member", "is_member"];

export const misc: readonly FunctionRow[] = [
  castFunction("bigint", LONG),
  castFunction("binary", BINARY),
  castFunction("boolean", BOOLEAN),
  castFunction("date", DATE),
  castFunction("decimal", decimal(10, 0)),
  castFunction("double", DOUBLE),
  castFunction("float", FLOAT),
  castFunction("int", INT),
  castFunction("smallint", SHORT),
  castFunction("string", STRING),
  castFunction("time", TIME),
  castFunction("timestamp", TIMESTAMP),
  castFunction("tinyint", BYTE),
  scalarBy("assert_true", category, (call) =>
    bindSignature(
      call,
      {
        params: [boolean],
        optional: [text],
        returns: VOID,
        nullable: true,
        pretty: ([condition = "", message]) => `assert_true(${condition}, ${message ?? `'${condition}' is not true!`})`,
      },
      ([condition = "NULL", message = "'the condition is not true!'"]) =>
        `CASE WHEN ${condition} THEN NULL ELSE error('[USER_RAISED_EXCEPTION] ' || ${message}) END`,
    ),
  ),
  scalar(
    "raise_error",
    category,
    {
      params: [text],
      returns: VOID,
      nullable: true,
      pretty: ([message = ""]) => `raise_error(USER_RAISED_EXCEPTION, map(errorMessage, ${message}))`,
      deterministic: false,
    },
    "error('[USER_RAISED_EXCEPTION] ' || coalesce($1, 'null'))",
  ),
  scalar("typeof", category, { params: [anything], returns: STRING, nullable: false }, (_, call, tools) =>
    tools.text(simpleString(typeAt(call.args, 0))),
  ),
  scalar(
    "uuid",
    category,
    { params: [], optional: [long], returns: STRING, nullable: false, deterministic: false, pretty: () => "uuid()" },
    "CAST(uuid() AS VARCHAR)",
  ),
  scalar(
    "monotonically_increasing_id",
    category,
    { params: [], returns: LONG, nullable: false, deterministic: false },
    (_, __, tools) => `spkjs_counter('${tools.fresh("id")}', CAST(${tools.now} AS BIGINT))`,
  ),
  scalar(
    "spark_partition_id",
    category,
    { params: [], returns: INT, nullable: false, deterministic: false, pretty: () => "SPARK_PARTITION_ID()" },
    // A number alone would be a position in ORDER BY.
    "CAST(0 AS INTEGER)",
  ),
  sessionText(["current_user", "user", "session_user"], undefined, (call) => call.context.user),
  sessionText("current_catalog", undefined, (call) => call.context.currentCatalog),
  sessionText(["current_schema", "current_database"], undefined, (call) => call.context.currentSchema),
  sessionText(
    "current_path",
    undefined,
    (call) => `system.builtin,system.session,${call.context.currentCatalog}.${call.context.currentSchema}`,
  ),
  scalarBy(GROUP_FUNCTIONS, category, (call) =>
    bindSignature(call, { params: [text], returns: BOOLEAN, nullable: false }, ([group = "NULL"], _, tools) => {
      const groups = [...call.context.groups].map((each) => tools.text(each));
      return groups.length === 0 ? "false" : `coalesce(${group} IN (${groups.join(", ")}), false)`;
    }),
  ),
  scalarBy("base64", "encoding", (call) => bindSignature(call, { params: [binary], returns: STRING }, "to_base64($1)")),
  scalar("unbase64", "encoding", { params: [text], returns: BINARY }, "spkjs_unbase64($1)"),
  scalar("encode", "encoding", { params: [text, text], returns: BINARY, nullable: true }, "spkjs_encode($1, $2)"),
  scalarBy("to_binary", "encoding", (given) =>
    bindSignature(
      checkedBinary(filled(given, 2, [string("hex")])),
      { params: [text, text], returns: BINARY, nullable: true },
      "spkjs_to_binary($1, $2)",
    ),
  ),
  scalarBy("try_to_binary", "encoding", (given) => ({
    ...bindSignature(
      filled(given, 2, [string("hex")]),
      { params: [text, text], returns: BINARY, nullable: true },
      (args, _, tools) => attempted(args, tools, (parts) => `TRY(spkjs_to_binary(${parts.join(", ")}))`),
    ),
    ...(given.args.length === 1 ? { pretty: ([value = ""]) => `try_to_binary(${value})` } : {}),
  })),
  scalar("to_base32", "encoding", { params: [binary], returns: STRING }, "spkjs_to_base32($1)"),
  scalar("from_base32", "encoding", { params: [text], returns: BINARY }, "spkjs_from_base32($1)"),
  scalar("url_encode", "url", { params: [text], returns: STRING, nullable: true }, "spkjs_url_encode($1)"),
  scalar("url_decode", "url", { params: [text], returns: STRING, nullable: true }, "spkjs_url_decode($1)"),
  scalar("try_url_decode", "url", { params: [text], returns: STRING, nullable: true }, (args, _, tools) =>
    attempted(args, tools, ([url = ""]) => `TRY(spkjs_url_decode(${url}))`),
  ),
  ...(["parse_url", "try_parse_url"] as const).map((name) =>
    scalarBy(name, "url", (call) =>
      bindSignature(
        call,
        { params: [onlyText, onlyText], optional: [onlyText], returns: STRING, nullable: true },
        ([url = "NULL", part = "NULL", key = "CAST(NULL AS VARCHAR)"], _, { ansi }) => {
          const sql = `spkjs_parse_url(${url}, ${part}, ${key}, ${call.args.length === 3})`;
          return ansi && name === "parse_url" ? sql : `TRY(${sql})`;
        },
      ),
    ),
  ),
  ...(["aes_encrypt", "aes_decrypt", "try_aes_decrypt"] as const).map((name) => aesRow(name)),
];

function aesRow(name: "aes_encrypt" | "aes_decrypt" | "try_aes_decrypt"): FunctionRow {
  const encrypts = name === "aes_encrypt";
  return scalarBy(name, category, (given) => {
    const rest = encrypts
      ? [string("GCM"), string("DEFAULT"), string(""), string("")]
      : [string("GCM"), string("DEFAULT"), string("")];
    const param = oneOf(only("binary"), binary);
    return bindSignature(
      filled(given, encrypts ? 6 : 5, rest),
      {
        params: encrypts ? [param, param, text, text, param, param] : [param, param, text, text, param],
        returns: BINARY,
        nullable: true,
      },
      name === "aes_encrypt"
        ? "spkjs_aes_encrypt($*)"
        : name === "aes_decrypt"
          ? "spkjs_aes_decrypt($*)"
          : (args, _, tools) => attempted(args, tools, (parts) => `TRY(spkjs_aes_decrypt(${parts.join(", ")}))`),
    );
  });
}

/** A constant format of `to_binary` is one that exists. */
function checkedBinary(call: CallSite): CallSite {
  const format = textOf(expressionAt(call, 1));
  if (typeof format === "string" && !/^(?:hex|utf-?8|base64)$/i.test(format)) {
    throw call.error(
      "DATATYPE_MISMATCH.INVALID_ARG_VALUE",
      `Cannot resolve "${call.name}" due to data type mismatch: The fmt value must to be a case-insensitive "STRING" literal of 'hex', 'utf-8', 'utf8', or 'base64', but got '${format}'.`,
    );
  }
  return call;
}
