import { struct, type StructType } from "../../core/data-type.ts";
import { BoathouseError, messageOf } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import {
  createSequenceSql,
  IDENTITY_HIGH_WATER_MARK,
  identityOf,
  identityOverflow,
  identitySequences,
  nextIdentity,
  readIdentitySequence,
  type IdentitySequence,
} from "../../sql/identity.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { MetadataAction } from "../actions.ts";
import { optionalTextIn, textIn } from "../log/row-values.ts";
import { schemaString, tableSchema } from "../schema/table-schema.ts";

/** The last generated value of identity columns, by the column's index in its table. */
export type HighWaterMarks = ReadonlyMap<number, bigint>;

/**
 * Runs what takes identity values of a table on a connection, where the SQL's sequences are made if they are not there yet,
 * and tells how far they have come. Sequences that earlier SQL of the connection took values from count as well.
 *
 * Throws `DELTA_METADATA_CHANGED` when such values were given out for an older state of the table, and
 * `DELTA_IDENTITY_COLUMNS_OVERFLOW`.
 */
export async function withIdentities<T>(
  connection: Connection,
  table: StructType,
  sql: string,
  run: () => Promise<T>,
): Promise<{ readonly result: T; readonly highWaterMarks: HighWaterMarks }> {
  if (!table.fields.some((column) => identityOf(column) !== undefined)) {
    return { result: await run(), highWaterMarks: new Map() };
  }
  try {
    await openSequences(connection, sql);
    const result = await run();
    return { result, highWaterMarks: await highWaterMarks(connection, table) };
  } catch (error) {
    throw explained(error, table);
  } finally {
    for (const { name } of await sequences(connection)) {
      await connection.run(`DROP SEQUENCE IF EXISTS temp.${quoteIdentifier(name)}`);
    }
  }
}

/** Makes the sequences that SQL takes identity values from, where the connection has none of them yet. */
export async function openSequences(connection: Connection, sql: string): Promise<void> {
  for (const sequence of identitySequences(sql)) await connection.run(createSequenceSql(sequence));
}

interface OpenSequence extends IdentitySequence {
  /** The value that it gave last; undefined before the first. */
  readonly last: bigint | undefined;
}

async function sequences(connection: Connection): Promise<OpenSequence[]> {
  const rows = await connection.rows(
    "SELECT sequence_name AS name, last_value::VARCHAR AS last FROM duckdb_sequences() " +
      "WHERE temporary AND starts_with(sequence_name, 'boathouse_identity_')",
  );
  return rows.flatMap((row) => {
    const sequence = readIdentitySequence(textIn(row, "name"));
    const last = optionalTextIn(row, "last");
    return sequence === undefined ? [] : [{ ...sequence, last: last === undefined ? undefined : BigInt(last) }];
  });
}

async function highWaterMarks(connection: Connection, table: StructType): Promise<HighWaterMarks> {
  const marks = new Map<number, bigint>();
  for (const { place, next, last } of await sequences(connection)) {
    if (last === undefined) continue;
    const column = table.fields[place];
    const identity = column === undefined ? undefined : identityOf(column);
    if (identity === undefined || nextIdentity(identity) !== next) throw stale(column?.name ?? "");
    marks.set(place, last);
  }
  return marks;
}

function stale(column: string): BoathouseError {
  return new BoathouseError(
    "DELTA_METADATA_CHANGED",
    `Values of the identity column "${column}" were given out by another write in the meantime.`,
    { sqlState: "2D521", hint: "Run the statement again.", details: { retry: true } },
  );
}

/** DuckDB's word for a sequence at its end. */
function explained(error: unknown, table: StructType): unknown {
  const [, name] = /nextval: reached m\w+ value of sequence "(\w+)"/.exec(messageOf(error)) ?? [];
  const sequence = name === undefined ? undefined : readIdentitySequence(name);
  return sequence === undefined ? error : identityOverflow(table.fields[sequence.place]?.name ?? "", error);
}

/** The columns with marks that are later than theirs; the same object when none is. */
export function withHighWaterMarks(schema: StructType, marks: HighWaterMarks): StructType {
  let changed = false;
  const fields = schema.fields.map((column, place) => {
    const identity = identityOf(column);
    const mark = marks.get(place);
    if (identity === undefined || mark === undefined) return column;
    const { highWaterMark, step } = identity;
    if (highWaterMark !== undefined && !isLater(mark, highWaterMark, step)) return column;
    changed = true;
    return { ...column, metadata: { ...column.metadata, [IDENTITY_HIGH_WATER_MARK]: compact(mark) } };
  });
  return changed ? struct(fields) : schema;
}

/**
 * The mark for values that are there: the next one of the column's series that is not before `value`. Undefined when the
 * value lies before the start. Throws a `RangeError` beyond 64 bits.
 */
export function markFor(
  value: bigint,
  { start, step }: { readonly start: bigint; readonly step: bigint },
): bigint | undefined {
  const offset = value - start;
  if (offset !== 0n && offset < 0n !== step < 0n) return undefined;
  const steps = offset / step;
  const mark = offset % step === 0n ? value : start + step * (steps + 1n);
  if (BigInt.asIntN(64, mark) !== mark) throw new RangeError(`${mark} is beyond 64 bits`);
  return mark;
}

/** Do two states of a table differ in nothing but identity values given out? Such changes disturb few others. */
export function onlyMarksDiffer(before: MetadataAction, after: MetadataAction): boolean {
  if (before === after || before.schemaString === after.schemaString) return false;
  const { schemaString: old, ...oldRest } = before;
  const { schemaString: now, ...rest } = after;
  return JSON.stringify(oldRest) === JSON.stringify(rest) && withoutMarks(old) === withoutMarks(now);
}

function withoutMarks(text: string): string {
  const fields = tableSchema(text).fields.map((column) => {
    const { [IDENTITY_HIGH_WATER_MARK]: _, ...metadata } = column.metadata ?? {};
    return { ...column, metadata };
  });
  return schemaString(struct(fields), "name");
}

function isLater(a: bigint, b: bigint, step: bigint): boolean {
  return step > 0n ? a > b : a < b;
}

/** Whole numbers are numbers where a double holds them, as they are when they are read. */
function compact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
