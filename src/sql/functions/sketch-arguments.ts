import { INT, type DataType } from "../../core/data-type.ts";
import type { LoweringCall, LoweringTools } from "../lowering.ts";
import { expressionAt, type CallSite, type Param } from "./function.ts";
import { integerOf, isFoldable, uncomputed } from "./rules.ts";

/** Types as they are, NULL as the first of them: sketches hash values, so nothing is converted to another type. */
export function itemOf(...types: readonly (readonly [kind: DataType["kind"], shown: string])[]): Param {
  return {
    expected: `(${types.map(([, shown]) => `"${shown}"`).join(" or ")})`,
    accept: (type) => (type.kind === "void" ? INT : types.some(([kind]) => kind === type.kind) ? type : undefined),
  };
}

export interface SizeRule {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly notConstant: string;
  readonly outOfRange: string;
}

/** The size of a sketch: a constant in a range, NULL as 0. The value that is used. */
export function sizeAt(call: CallSite, index: number, rule: SizeRule): number {
  const given = expressionAt(call, index);
  if (!isFoldable(given)) {
    throw call.error(
      rule.notConstant,
      `Invalid call to \`${call.name}\`; the \`${rule.name}\` value must be a constant value, but got a non-constant expression.`,
      { sqlState: "42K0E" },
    );
  }
  const known = integerOf(given);
  if (known === undefined) throw uncomputed(call, rule.name);
  const value = known ?? 0;
  if (value < rule.least || value > rule.most) {
    throw call.error(
      rule.outOfRange,
      `Invalid call to \`${call.name}\`; the \`${rule.name}\` value must be between ${rule.least} and ${rule.most}, inclusive: ${value}.`,
      { sqlState: "22546" },
    );
  }
  return value;
}

/** SQL of the different values of `sql` over the group, in no order, without nulls where `sql` is null. */
export function distinctList(sql: string, call: LoweringCall, tools: LoweringTools): string {
  return tools.aggregate("list", [call.distinct ? sql : `DISTINCT ${sql}`]);
}
