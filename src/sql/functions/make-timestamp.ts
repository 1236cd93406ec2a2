import { DATE, decimal, TIMESTAMP, TIMESTAMP_NTZ, type DataType } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";
import { instantSql } from "../types/instant-sql.ts";
import {
  bindSignature,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { exactly, int, text, timeOfDay } from "./params.ts";
import { named, scalarBy, attempted } from "./rules.ts";
import { checkZone } from "./zone-argument.ts";

const category = "date and time";
const parts = [int, int, int, int, int, exactly(decimal(16, 6))];

/** A DATE as it is: nothing is converted to one. */
const onlyDate: Param = {
  expected: '"DATE"',
  accept: (type) => (type.kind === "date" ? type : type.kind === "void" ? DATE : undefined),
};

/**
 * `make_timestamp` and its kin: of six parts, of a date and a time, of a date alone; those with a zone of their own may
 * have one as last argument. `safe`: null for what does not exist.
 */
function makeTimestamp(target: DataType, safe: boolean): (call: CallSite) => BoundFunction {
  return (call) => {
    const count = call.args.length;
    const zoned = target.kind === "timestamp";
    if (count === 3 || count === 7) checkZone(call, count - 1);
    if (count === 1 && /^(?:try_)?make_timestamp$/.test(call.name)) return ofDate(call);
    if (count === 2 || (count === 3 && zoned)) return ofDateAndTime(call, target, safe);
    if (count !== 6 && !(count === 7 && zoned)) throw wrongNumber(call, zoned ? "[2, 3, 6, 7]" : "[2, 6]");
    return bindSignature(
      call,
      {
        params: count === 7 ? [...parts, text] : parts,
        returns: target,
        ...(safe || !call.context.ansi ? { nullable: true } : {}),
        // Spark leaves the zone out of this one's name.
        pretty:
          call.name === "try_make_timestamp" && count === 7
            ? (args) => `try_make_timestamp(${args.slice(0, 6).join(", ")})`
            : undefined,
      },
      (args, _, tools) => {
        const strict = tools.ansi && !safe;
        const local = strict
          ? `spk_make_timestamp(${args.slice(0, 6).join(", ")})`
          : attempted(args.slice(0, 6), tools, (six) => `spk_try_make_timestamp(${six.join(", ")})`);
        return placed(local, target, args[6], tools);
      },
    );
  };
}

function ofDate(call: CallSite): BoundFunction {
  return bindSignature(call, { params: [onlyDate], returns: TIMESTAMP }, ([date = "NULL"], _, tools) =>
    tools.cast(date, DATE, TIMESTAMP),
  );
}

function ofDateAndTime(call: CallSite, target: DataType, safe: boolean): BoundFunction {
  const name = call.name
    .replace("_ltz", "")
    .replace(/^try_(?=make_timestamp$)/, call.name.endsWith("_ltz") ? "" : "try_");
  const shown = named(name);
  const local = target.kind === "timestamp_ntz";
  return bindSignature(
    call,
    {
      params: [onlyDate, timeOfDay],
      optional: [text],
      returns: target,
      ...(local ? { nullable: true } : {}),
      pretty: safe && local ? (args) => `${name}(${named("make_timestamp_ntz")(args)})` : shown,
    },
    ([date = "NULL", time = "NULL", zone], _, tools) => placed(`(${date} + ${time})`, target, zone, tools),
  );
}

/** A local time as the type that is wanted. */
function placed(local: string, target: DataType, zone: string | undefined, tools: LoweringTools): string {
  if (zone !== undefined) return `make_timestamptz(spkjs_zone_instant(epoch_us(${local}), ${zone}))`;
  return target.kind === "timestamp" ? instantSql(local, tools.timeZone) : local;
}

export const makeTimestamps: readonly FunctionRow[] = [
  scalarBy("make_timestamp", category, makeTimestamp(TIMESTAMP, false)),
  scalarBy("make_timestamp_ltz", category, makeTimestamp(TIMESTAMP, false)),
  scalarBy("make_timestamp_ntz", category, makeTimestamp(TIMESTAMP_NTZ, false)),
  scalarBy("try_make_timestamp", category, makeTimestamp(TIMESTAMP, true)),
  scalarBy("try_make_timestamp_ltz", category, makeTimestamp(TIMESTAMP, true)),
  scalarBy("try_make_timestamp_ntz", category, makeTimestamp(TIMESTAMP_NTZ, true)),
];
