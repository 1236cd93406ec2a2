import type { DataType } from "../../core/data-type.ts";
import type { CastMode } from "../bound.ts";

/** What a cast's SQL needs besides its operand. */
export interface CastTools {
  /** SQL over a value that must be evaluated only once. */
  once(sql: string, use: (name: string) => string): string;
  /** A name that nothing else in the statement has. */
  fresh(hint: string): string;
  /** The session's time zone, an IANA name. */
  readonly timeZone: string;
}

/** `castSql`, handed down so that nested casts can use it. */
export type Cast = (sql: string, from: DataType, to: DataType, mode: CastMode, tools: CastTools) => string;
