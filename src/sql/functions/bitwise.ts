import { BYTE, INT, type DataType } from "../../core/data-type.ts";
import { scalar, type FunctionRow } from "./function.ts";
import { boolean, int, integral, oneOf, strictly } from "./params.ts";
import { typeAt } from "./rules.ts";

const category = "bitwise";

export const bitwise: readonly FunctionRow[] = [
  scalar(
    "bit_count",
    category,
    { params: [strictly(oneOf(integral, boolean))], returns: INT },
    ([value = "NULL"], call) => {
      const type: DataType = typeAt(call.args, 0);
      return type.kind === "boolean"
        ? `CAST(${value} AS INTEGER)`
        : `CAST(bit_count(CAST(${value} AS BIGINT)) AS INTEGER)`;
    },
  ),
  scalar(
    ["bit_get", "getbit"],
    category,
    { params: [integral, int], returns: BYTE },
    ([value = "NULL", position = "NULL"], call) => {
      const width = { byte: 8, short: 16, int: 32, long: 64 }[String(typeAt(call.args, 0).kind)] ?? 64;
      return `spk_bit_get(CAST(${value} AS BIGINT), ${position}, ${width})`;
    },
  ),
];
