import type { StructField } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { quoteIdentifier, quoteString } from "./quote.ts";

/** An identity column (Delta PROTOCOL.md, "Identity Columns"): `GENERATED … AS IDENTITY (START WITH … INCREMENT BY …)`. */
export interface Identity {
  readonly start: bigint;
  /** Never 0. */
  readonly step: bigint;
  /** The last value that was generated; undefined when there is none. */
  readonly highWaterMark: bigint | undefined;
  /** BY DEFAULT: rows may bring a value of their own. */
  readonly allowExplicitInsert: boolean;
}

export const IDENTITY_START = "delta.identity.start";
export const IDENTITY_STEP = "delta.identity.step";
export const IDENTITY_HIGH_WATER_MARK = "delta.identity.highWaterMark";
export const IDENTITY_ALLOW_EXPLICIT_INSERT = "delta.identity.allowExplicitInsert";

/** What a column's metadata says of it as an identity column. Throws `DELTA_IDENTITY_COLUMN_INCONSISTENT_METADATA`. */
export function identityOf({ name, metadata = {} }: StructField): Identity | undefined {
  const start = wholeNumber(metadata[IDENTITY_START]);
  const step = wholeNumber(metadata[IDENTITY_STEP]);
  const allows = metadata[IDENTITY_ALLOW_EXPLICIT_INSERT];
  if (start === undefined && step === undefined && allows === undefined) return undefined;
  if (start === undefined || step === undefined || step === 0n || typeof allows !== "boolean") {
    throw new BoathouseError(
      "DELTA_IDENTITY_COLUMN_INCONSISTENT_METADATA",
      `The metadata of the identity column "${name}" is not whole: start ${String(start)}, step ${String(step)}, allowExplicitInsert ${String(allows)}.`,
      { sqlState: "42000", hint: "Restore the table to a version before it was damaged." },
    );
  }
  const highWaterMark = wholeNumber(metadata[IDENTITY_HIGH_WATER_MARK]);
  return { start, step, highWaterMark, allowExplicitInsert: allows };
}

/**
 * DuckDB SQL of the next value of an identity column, another one for each row that asks for it. The connection needs the
 * sequence that `identitySequences` makes of the SQL. `place`: the column's index in the table.
 */
export function nextIdentitySql(place: number, column: string, identity: Identity): string {
  const next = nextIdentity(identity);
  const { step } = identity;
  if (next < LEAST || next > MOST)
    return `CAST(error(${quoteString(`[DELTA_IDENTITY_COLUMNS_OVERFLOW] ${OVERFLOW}${column}`)}) AS BIGINT)`;
  return `nextval(${quoteString(sequenceName({ place, next, step }))})`;
}

/** The value that comes next; it may lie beyond 64 bits. */
export function nextIdentity({ start, step, highWaterMark }: Identity): bigint {
  return highWaterMark === undefined ? start : highWaterMark + step;
}

/** A sequence of a connection from which an identity column gets its values. */
export interface IdentitySequence {
  readonly name: string;
  readonly place: number;
  readonly next: bigint;
  readonly step: bigint;
}

/** The sequences that SQL takes values from. */
export function identitySequences(sql: string): IdentitySequence[] {
  const names = new Set(Array.from(sql.matchAll(SEQUENCE), ([name]) => name));
  return [...names].flatMap((name) => readIdentitySequence(name) ?? []);
}

export function readIdentitySequence(name: string): IdentitySequence | undefined {
  const [, place, next, step] = ONE_SEQUENCE.exec(name) ?? [];
  if (place === undefined || next === undefined || step === undefined) return undefined;
  return { name, place: Number(place), next: fromWord(next), step: fromWord(step) };
}

/** DuckDB SQL that makes a sequence, where the connection has none of that name. */
export function createSequenceSql({ name, next, step }: IdentitySequence): string {
  return (
    `CREATE TEMP SEQUENCE IF NOT EXISTS ${quoteIdentifier(name)} ` +
    `INCREMENT ${step} MINVALUE ${LEAST} MAXVALUE ${MOST} START ${next}`
  );
}

export function identityOverflow(column: string, cause?: unknown): BoathouseError {
  return new BoathouseError("DELTA_IDENTITY_COLUMNS_OVERFLOW", OVERFLOW + column, {
    sqlState: "22003",
    cause,
    hint: "A column of 64 bits holds no further value: make a new table with another START WITH.",
  });
}

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;
const OVERFLOW = "Long overflow: there is no further value for the identity column ";
const SEQUENCE = /boathouse_identity_\d+_from_m?\d+_by_m?\d+/g;
const ONE_SEQUENCE = /^boathouse_identity_(\d+)_from_(m?\d+)_by_(m?\d+)$/;

/** Its name says all of it, so that SQL alone tells which sequences it needs. */
function sequenceName({ place, next, step }: Omit<IdentitySequence, "name">): string {
  return `boathouse_identity_${place}_from_${toWord(next)}_by_${toWord(step)}`;
}

function toWord(value: bigint): string {
  return String(value).replace("-", "m");
}

function fromWord(word: string): bigint {
  return BigInt(word.replace("m", "-"));
}

function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  return typeof value === "number" && Number.isSafeInteger(value) ? BigInt(value) : undefined;
}
