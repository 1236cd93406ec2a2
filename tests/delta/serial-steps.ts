import fc from "fast-check";
import { field, INT, LONG, struct, type StructType } from "../../src/core/data-type.ts";

export type Operation =
  | { readonly kind: "append"; readonly count: number }
  | { readonly kind: "merge"; readonly keys: readonly number[]; readonly value: number }
  | { readonly kind: "update" | "delete"; readonly divisor: number; readonly rest: number }
  | { readonly kind: "overwrite"; readonly part: number; readonly keys: readonly number[]; readonly value: number }
  | { readonly kind: "deletePart"; readonly part: number }
  | { readonly kind: "optimize"; readonly zOrder: boolean }
  | { readonly kind: "restore"; readonly back: number };

/** What happens next: a writer begins, or commits what it has begun; a reader takes a snapshot, or reads it. */
export type Step =
  | { readonly kind: "begin"; readonly writer: number; readonly operation: Operation; readonly fresh: boolean }
  | { readonly kind: "commit"; readonly writer: number }
  | { readonly kind: "open" | "read" | "checkpoint" }
  | { readonly kind: "vacuum"; readonly lite: boolean; readonly spare: number };

/** The properties and columns of the table. */
export interface TableKind {
  readonly vectors: boolean;
  readonly mapping: "none" | "name" | "id";
  readonly feed: boolean;
  readonly tracking: boolean;
  readonly times: boolean;
  readonly v2: boolean;
  readonly interval: number;
  readonly partitioned: boolean;
  readonly generated: boolean;
  readonly identity: boolean;
}

export interface Scenario {
  readonly table: TableKind;
  readonly steps: readonly Step[];
}

/** The same scenarios on every machine; `BOATHOUSE_SEED` gives others. */
export const SEED = Number(process.env["BOATHOUSE_SEED"] ?? 20_261_122);

export const WRITERS = 4;
export const PARTS = 3;

const keys = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 5 });
const value = fc.integer({ min: 0, max: 20 });
const part = fc.integer({ min: 0, max: PARTS - 1 });
const some = { divisor: fc.constantFrom(2, 3, 5), rest: fc.integer({ min: 0, max: 4 }) };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), count: fc.integer({ min: 1, max: 4 }) }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("merge" as const), keys, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("update" as const), ...some }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), ...some }) },
  fc.record({ kind: fc.constant("overwrite" as const), part, keys, value }),
  fc.record({ kind: fc.constant("deletePart" as const), part }),
  fc.record({ kind: fc.constant("optimize" as const), zOrder: fc.boolean() }),
  fc.record({ kind: fc.constant("restore" as const), back: fc.integer({ min: 1, max: 6 }) }),
);

const writer = fc.integer({ min: 0, max: WRITERS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("begin" as const), writer, operation, fresh: fc.boolean() }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("commit" as const), writer }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("open" as const, "read" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("checkpoint" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("vacuum" as const),
      lite: fc.boolean(),
      spare: fc.integer({ min: 0, max: 3 }),
    }),
  },
);

export function scenarios(steps: { readonly minLength: number; readonly maxLength: number }): fc.Arbitrary<Scenario> {
  return fc.record({
    table: fc.record({
      vectors: fc.boolean(),
      mapping: fc.constantFrom("none" as const, "name" as const, "id" as const),
      feed: fc.boolean(),
      tracking: fc.boolean(),
      times: fc.boolean(),
      v2: fc.boolean(),
      interval: fc.constantFrom(2, 3, 100),
      partitioned: fc.boolean(),
      generated: fc.boolean(),
      identity: fc.boolean(),
    }),
    steps: fc.array(step, { ...steps, size: "max" }),
  });
}

export function schemaOf({ generated, identity }: TableKind): StructType {
  const rule = { "delta.generationExpression": `CAST(key % ${PARTS} AS INT)` };
  const counter = {
    "delta.identity.start": 1,
    "delta.identity.step": 1,
    "delta.identity.allowExplicitInsert": false,
  };
  return struct([
    field("key", LONG),
    field("value", INT),
    field("part", INT, true, generated ? rule : {}),
    ...(identity ? [field("seq", LONG, true, counter)] : []),
  ]);
}

export function propertiesOf(kind: TableKind): Record<string, string> {
  return {
    "delta.checkpointInterval": String(kind.interval),
    ...(kind.vectors ? { "delta.enableDeletionVectors": "true" } : {}),
    ...(kind.mapping === "none" ? {} : { "delta.columnMapping.mode": kind.mapping }),
    ...(kind.feed ? { "delta.enableChangeDataFeed": "true" } : {}),
    ...(kind.tracking ? { "delta.enableRowTracking": "true" } : {}),
    ...(kind.times ? { "delta.enableInCommitTimestamps": "true" } : {}),
    ...(kind.v2 ? { "delta.checkpointPolicy": "v2" } : {}),
  };
}
