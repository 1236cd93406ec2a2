import type { StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { MetadataAction, ProtocolAction } from "../actions.ts";
import type { DeltaContext } from "../context.ts";
import { isSupported } from "../features.ts";
import type { RowCheck } from "./row-check.ts";

export interface ConstraintCheck extends RowCheck {
  /** In lower case: names are compared without regard to it. */
  readonly name: string;
}

/** The table property that holds a CHECK constraint (PROTOCOL.md, "CHECK Constraints"). */
export function constraintKey(name: string): string {
  return `delta.constraints.${name.toLowerCase()}`;
}

/** The CHECK constraints of a table, compiled. Throws `DELTA_CONSTRAINTS_NOT_SUPPORTED` when nothing can compile them. */
export function constraintChecks(
  table: {
    readonly context: DeltaContext;
    readonly metadata: MetadataAction;
    readonly protocol: ProtocolAction;
  },
  schema: StructType,
): ConstraintCheck[] {
  const { context, metadata, protocol } = table;
  if (protocol.minWriterVersion >= 7 && !isSupported(protocol, "checkConstraints")) return [];
  return Object.entries(metadata.configuration).flatMap(([key, expression]) => {
    const name = KEY.exec(key)?.[1];
    if (name === undefined) return [];
    if (context.expressions === undefined) {
      throw new BoathouseError("DELTA_CONSTRAINTS_NOT_SUPPORTED", `The table has the CHECK constraint "${name}".`, {
        hint: "Write the table through a session, which can evaluate constraints.",
      });
    }
    return [
      {
        name: name.toLowerCase(),
        condition: context.expressions.compile(expression, schema),
        code: "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES",
        message: `CHECK constraint ${name} (${expression}) violated by row with values:`,
      },
    ];
  });
}

export function constraintExists(name: string): BoathouseError {
  return new BoathouseError("DELTA_CONSTRAINT_ALREADY_EXISTS", `The constraint "${name}" exists already.`, {
    sqlState: "42710",
    hint: "Drop the old constraint first, or choose another name.",
  });
}

export function constraintMissing(name: string, metadata: MetadataAction): BoathouseError {
  const names = Object.keys(metadata.configuration).flatMap((key) => KEY.exec(key)?.[1] ?? []);
  const hint = didYouMean(name, names);
  return new BoathouseError("DELTA_CONSTRAINT_DOES_NOT_EXIST", `There is no constraint "${name}".`, {
    sqlState: "42704",
    ...(hint === undefined ? {} : { hint }),
  });
}

export function constraintViolated(found: {
  readonly name: string;
  readonly expression: string;
  readonly broken: number;
  readonly where: string;
}): BoathouseError {
  const { name, expression, broken, where } = found;
  return new BoathouseError(
    "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION",
    `${broken} rows of ${where} violate the new CHECK constraint ${name} (${expression}).`,
    { sqlState: "23512", hint: `Find them with: SELECT * FROM … WHERE NOT (${expression})` },
  );
}

const KEY = /^delta\.constraints\.(.+)$/i;
