import { TIMESTAMP, TIMESTAMP_NTZ, type DataType } from "../../core/data-type.ts";
import { bindSignature, type CallSite, type FunctionRow, type Param } from "./function.ts";
import { scalarBy, typeAt } from "./rules.ts";

const category = "date and time";

/** A window as `window` and `session_window` make it. */
const windowColumn: Param = {
  expected: '"STRUCT"',
  accept: (type) => (isWindow(type) ? type : undefined),
};

function isWindow(type: DataType): boolean {
  if (type.kind !== "struct" || type.fields.length !== 2) return false;
  const [start, end] = type.fields;
  return start?.name === "start" && end?.name === "end" && end.type.kind.startsWith("timestamp");
}

/** The analyzer makes columns of them where they may stand: in the clauses of a SELECT. */
function placed(call: CallSite): never {
  throw call.error(
    "UNSUPPORTED_FEATURE.FUNCTION",
    `The function ${call.name} is not supported here: it can stand in the clauses of a SELECT.`,
  );
}

export const timeWindows: readonly FunctionRow[] = [
  scalarBy("window", category, placed),
  scalarBy("session_window", category, placed),
  scalarBy("window_time", category, (call) =>
    bindSignature(
      call,
      { params: [windowColumn], returns: (args) => endOf(typeAt(args, 0)), nullable: true },
      "(struct_extract($1, 'end') - to_microseconds(1))",
    ),
  ),
];

function endOf(type: DataType): DataType {
  const end = type.kind === "struct" ? type.fields[1]?.type : undefined;
  return end?.kind === "timestamp_ntz" ? TIMESTAMP_NTZ : TIMESTAMP;
}
