import { unsupported, type FunctionRow } from "./function.ts";

const SKETCHES = "sketches of Apache DataSketches are not implemented";
const FILES = "reading and writing this format inside an expression is not implemented";
const JAVA = "there is no Java virtual machine here";
const INPUT_FILE = "use the hidden column `_metadata` of the source, which Databricks asks for too";
const MODELS = "there is no model serving here";

/** Functions that Spark or Databricks have and this engine refuses by name, each with its reason. */
export const unsupportedFunctions: readonly FunctionRow[] = [
  unsupported(["approx_top_k_accumulate", "approx_top_k_combine", "approx_top_k_estimate"], "sketch", SKETCHES),
  unsupported(["count_min_sketch"], "sketch", "the result depends on the order in which Spark merges its partitions"),
  unsupported(["timestamp_nanos", "unix_nanos"], "date and time", "timestamps have microseconds here"),
  unsupported(["from_avro", "to_avro", "schema_of_avro", "from_protobuf", "to_protobuf"], "binary format", FILES),
  unsupported(["java_method", "reflect", "try_reflect"], "misc", JAVA),
  unsupported(["input_file_name", "input_file_block_start", "input_file_block_length"], "misc", INPUT_FILE),
  unsupported(
    ["version", "python_worker_logs", "measure", "counter_diff"],
    "misc",
    "it has no meaning outside a Spark cluster",
  ),
  unsupported(
    ["st_asbinary", "st_geogfromwkb", "st_geomfromwkb", "st_setsrid", "st_srid"],
    "geospatial",
    "geospatial types are not implemented",
  ),
  unsupported(
    [
      "ai_analyze_sentiment",
      "ai_classify",
      "ai_extract",
      "ai_fix_grammar",
      "ai_forecast",
      "ai_gen",
      "ai_mask",
      "ai_parse_document",
      "ai_query",
      "ai_similarity",
      "ai_summarize",
      "ai_translate",
      "vector_search",
    ],
    "ai",
    MODELS,
  ),
  unsupported(
    ["secret", "try_secret", "http_request", "remote_query"],
    "misc",
    "statements reach nothing outside the lakehouse",
  ),
  unsupported(
    ["sql_keywords", "collect_union", "hmac", "schema_of_json_agg", "getdate"],
    "misc",
    "it is not implemented",
  ),
  unsupported(
    ["current_metastore", "current_recipient", "list_secrets"],
    "misc",
    "there is no Databricks workspace here",
  ),
];
