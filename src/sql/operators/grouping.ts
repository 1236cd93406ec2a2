import { BYTE, LONG } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { scalar, type ScalarRow } from "../functions/function.ts";
import { anything } from "../functions/params.ts";

/** Functions about grouping sets: the analyzer turns them into bits of the grouping id. */
export const groupingRows: readonly ScalarRow[] = [
  scalar("grouping", "aggregate", { params: [anything], returns: BYTE, nullable: false }, placeless),
  scalar("grouping_id", "aggregate", { params: [], rest: anything, returns: LONG, nullable: false }, placeless),
];

function placeless(): never {
  throw new BoathouseError(
    "UNSUPPORTED_GROUPING_EXPRESSION",
    "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.",
  );
}
