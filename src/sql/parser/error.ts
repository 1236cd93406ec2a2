import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Span } from "../ast/node.ts";

/** Where in which text. */
export interface Place {
  readonly text: string;
  readonly span: Span;
  readonly file?: string | undefined;
}

/** The SQLSTATEs of the conditions that the parser raises; all others are 42601, a syntax error. */
const SQL_STATES: Readonly<Record<string, string>> = {
  PARSE_EMPTY_STATEMENT: "42617",
  INVALID_TYPED_LITERAL: "42604",
  UNSUPPORTED_TYPED_LITERAL: "0A000",
  UNSUPPORTED_DATATYPE: "0A000",
  UNSUPPORTED_FEATURE: "0A000",
  UNSUPPORTED_TIME_PRECISION: "0A001",
  INVALID_NUMERIC_LITERAL_RANGE: "22003",
  DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION: "22003",
  INVALID_ESC: "42604",
  INVALID_IDENTIFIER: "42602",
  DUPLICATE_CLAUSES: "42614",
  CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE: "42710",
  ALTER_TABLE_COLUMN_DESCRIPTOR_DUPLICATE: "42710",
  NOT_ALLOWED_IN_FROM: "42601",
  UNCLOSED_BRACKETED_COMMENT: "42601",
  SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED: "42908",
  SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED: "42908",
  IDENTITY_COLUMNS_DUPLICATED_SEQUENCE_GENERATOR_OPTION: "42601",
  IDENTITY_COLUMNS_ILLEGAL_STEP: "42611",
  IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE: "428H2",
  MERGE_INSERT_VALUE_COUNT_MISMATCH: "21S01",
  DATATYPE_MISSING_SIZE: "42K01",
  INVALID_INTERVAL_FORMAT: "22006",
  UNPIVOT_VALUE_SIZE_MISMATCH: "428C4",
  LABELS_MISMATCH: "42K0L",
  INCOMPLETE_TYPE_DEFINITION: "42K01",
};

/** An error at a place in a statement, with Spark's name for the condition, its SQLSTATE and the source for a code frame. */
export function sqlError(code: string, message: string, place: Place, hint?: string): BoathouseError {
  const { text, span } = place;
  const end = Math.max(span.end, Math.min(span.start + 1, text.length));
  return new BoathouseError(code, message, {
    location: locationOf(text, span.start, end, place.file),
    source: text,
    sqlState: SQL_STATES[code] ?? SQL_STATES[code.split(".")[0] ?? ""] ?? "42601",
    ...(hint === undefined ? {} : { hint }),
  });
}
