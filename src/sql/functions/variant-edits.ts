import { VARIANT } from "../../core/data-type.ts";
import { castToVariant } from "../types/cast-variant.ts";
import { isVariantType } from "../types/variant-type.ts";
import {
  bindSignature,
  expressionAt,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { anything, boolean } from "./params.ts";
import { scalarBy } from "./rules.ts";
import { cannotCast, onlyString, onlyVariant } from "./variants.ts";

const category = "variant";

/** `variant_insert(v, path, val)` and its kin; `act` is the end of the JavaScript function's name. */
function edit(act: string): (call: CallSite) => BoundFunction {
  return (call) => {
    if (call.args.length !== 3) throw wrongNumber(call, "3");
    return edited(call, act);
  };
}

/** `variant_set(v, path, val[, create_if_missing])`. */
function set(call: CallSite): BoundFunction {
  if (call.args.length < 3 || call.args.length > 4) throw wrongNumber(call, "[3, 4]");
  return edited(call, "set");
}

function edited(call: CallSite, act: string): BoundFunction {
  const given = expressionAt(call, 2).type;
  if (given.kind !== "void" && !isVariantType(given, "arrays")) throw cannotCast(call, given, VARIANT);
  const signature = {
    params: [onlyVariant, onlyString, anything],
    optional: [boolean],
    returns: VARIANT,
    ...(call.name.startsWith("try_") ? { nullable: true } : {}),
  };
  const bound = bindSignature(call, signature, "");
  return {
    ...bound,
    lower: ([variant = "NULL", path = "NULL", value = "NULL", flag], { name }, tools) => {
      const put = castToVariant(value, given, tools);
      const by = (how: string): string => `spkjs_variant_${how}(${variant}, ${path}, ${put}, ${tools.text(name)})`;
      if (flag === undefined) return by(act);
      return tools.once(
        flag,
        (create) => `CASE WHEN ${create} THEN ${by(act)} WHEN NOT ${create} THEN ${by("replace")} END`,
      );
    },
  };
}

/** Functions that change a value of the type VARIANT at a path. */
export const variantEdits: readonly FunctionRow[] = [
  scalarBy(["variant_insert", "try_variant_insert"], category, edit("insert")),
  scalarBy(["variant_array_append", "try_variant_array_append"], category, edit("append")),
  scalarBy(["variant_set", "try_variant_set"], category, set, ["v", "path", "val", "create_if_missing"]),
  scalarBy("variant_delete", category, (call) => {
    if (call.args.length < 2) throw wrongNumber(call, "> 1");
    return bindSignature(
      call,
      { params: [onlyVariant], rest: onlyString, returns: VARIANT },
      "spkjs_variant_delete($*)",
    );
  }),
  scalarBy("variant_strip_nulls", category, (call) =>
    bindSignature(
      call,
      { params: [onlyVariant], optional: [boolean], returns: VARIANT },
      call.args.length > 1 ? "spkjs_variant_strip_nulls($1, $2)" : "spkjs_variant_strip_nulls($1, true)",
    ),
  ),
];
