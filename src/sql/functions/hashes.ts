import { INT, LONG, STRING, type DataType } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import type { LoweringTools } from "../lowering.ts";
import { hasMap } from "../types/kinds.ts";
import { bindSignature, scalar, type CallSite, type FunctionRow } from "./function.ts";
import { anything, binary, int } from "./params.ts";
import { scalarBy, typeAt } from "./rules.ts";

const category = "hash";

type HashName = "murmur3" | "xxhash64";

function hashRow(name: string, hash: HashName, result: DataType): FunctionRow {
  return scalarBy(name, category, (call: CallSite) => {
    const bound = bindSignature(
      call,
      { params: [anything], rest: anything, returns: result, nullable: false },
      (args, { args: typed }, tools) =>
        args.reduce((seed, sql, index) => hashOf(hash, sql, typeAt(typed, index), seed, tools), "42"),
    );
    for (const arg of bound.args) {
      if (hasMap(arg.type)) {
        throw call.error(
          "DATATYPE_MISMATCH.HASH_MAP_TYPE",
          `Input to the function \`${name}\` cannot contain elements of the "MAP" type.`,
        );
      }
      if (!isHashable(arg.type)) {
        throw call.error(
          "UNSUPPORTED_FEATURE.FUNCTION",
          `The function ${name} is not supported on ${arg.type.kind} inside arrays.`,
        );
      }
    }
    return bound;
  });
}

const FLAT: ReadonlySet<DataType["kind"]> = new Set<DataType["kind"]>([
  "boolean",
  "byte",
  "short",
  "int",
  "long",
  "float",
  "double",
  "decimal",
  "string",
  "binary",
  "date",
  "timestamp",
  "timestamp_ntz",
  "time",
  "interval_year_month",
  "interval_day_time",
  "void",
]);

function isHashable(type: DataType): boolean {
  if (type.kind === "array") return FLAT.has(type.element.kind);
  if (type.kind === "struct") return type.fields.every((each) => isHashable(each.type));
  return FLAT.has(type.kind);
}

/** Spark's `HashExpression.computeHash`: null leaves the seed as it is, a struct is its fields one after another. */
function hashOf(hash: HashName, sql: string, type: DataType, seed: string, tools: LoweringTools): string {
  if (type.kind === "void") return seed;
  if (type.kind === "struct") {
    const folded = type.fields.reduce((sum, each, index) => {
      const part = `struct_extract(${sql}, ${index + 1})`;
      return hashOf(hash, named(sql, each.name, part, type.fields), each.type, sum, tools);
    }, seed);
    return `CASE WHEN ${sql} IS NULL THEN ${seed} ELSE ${folded} END`;
  }
  if (type.kind === "array") {
    const x = tools.fresh("x");
    const { kind, text } = elementText(type.element, `"${x}"`);
    return `spkjs_${hash}_list(list_transform(${sql}, lambda "${x}": ${text}), '${kind}', ${seed})`;
  }
  switch (type.kind) {
    case "boolean":
    case "byte":
    case "short":
    case "int":
      return `spkjs_${hash}_int(CAST(${sql} AS INTEGER), ${seed})`;
    case "date":
      return `spkjs_${hash}_int(CAST(${sql} - DATE '1970-01-01' AS INTEGER), ${seed})`;
    case "long":
      return `spkjs_${hash}_long(${sql}, ${seed})`;
    case "timestamp":
    case "timestamp_ntz":
      return `spkjs_${hash}_long(epoch_us(${sql}), ${seed})`;
    case "time":
      return `spkjs_${hash}_long(epoch_us(${sql}) * 1000, ${seed})`;
    case "interval_year_month":
      return `spkjs_${hash}_int(spk_months(${sql}), ${seed})`;
    case "interval_day_time":
      return `spkjs_${hash}_long(CAST(spk_micros(${sql}) AS BIGINT), ${seed})`;
    case "float":
      return `spkjs_${hash}_float(${sql}, ${seed})`;
    case "double":
      return `spkjs_${hash}_double(${sql}, ${seed})`;
    case "decimal":
      return `spkjs_${hash}_decimal(CAST(${sql} AS VARCHAR), ${type.precision}, ${seed})`;
    case "string":
      return `spkjs_${hash}_text(${sql}, ${seed})`;
    case "binary":
      return `spkjs_${hash}_bytes(${sql}, ${seed})`;
    default:
      return unreachable("A type that cannot be hashed was let through.", { type });
  }
}

/** A field of a struct: by name where names are told apart, by position in an unnamed one. */
function named(sql: string, name: string, byPosition: string, fields: readonly { readonly name: string }[]): string {
  const unique = fields.filter((each) => each.name.toLowerCase() === name.toLowerCase()).length === 1;
  return unique && name !== "" ? `struct_extract(${sql}, '${name.replaceAll("'", "''")}')` : byPosition;
}

/** Elements travel as text, with the kind that says how they are hashed. */
function elementText(type: DataType, x: string): { kind: string; text: string } {
  switch (type.kind) {
    case "boolean":
    case "byte":
    case "short":
    case "int":
      return { kind: "int", text: `CAST(CAST(${x} AS INTEGER) AS VARCHAR)` };
    case "date":
      return { kind: "int", text: `CAST(${x} - DATE '1970-01-01' AS VARCHAR)` };
    case "timestamp":
    case "timestamp_ntz":
      return { kind: "long", text: `CAST(epoch_us(${x}) AS VARCHAR)` };
    case "time":
      return { kind: "long", text: `CAST(epoch_us(${x}) * 1000 AS VARCHAR)` };
    case "interval_year_month":
      return { kind: "int", text: `CAST(spk_months(${x}) AS VARCHAR)` };
    case "interval_day_time":
      return { kind: "long", text: `CAST(spk_micros(${x}) AS VARCHAR)` };
    case "decimal":
      return { kind: `decimal:${type.precision}`, text: `CAST(${x} AS VARCHAR)` };
    case "binary":
      return { kind: "binary", text: `hex(${x})` };
    default:
      return { kind: type.kind, text: `CAST(${x} AS VARCHAR)` };
  }
}

export const hashes: readonly FunctionRow[] = [
  scalar("md5", category, { params: [binary], returns: STRING }, "md5($1)"),
  scalar(["sha", "sha1"], category, { params: [binary], returns: STRING }, "sha1($1)"),
  scalar("sha2", category, { params: [binary, int], returns: STRING, nullable: true }, "spk_sha2($1, $2)"),
  scalar("crc32", category, { params: [binary], returns: LONG }, "spkjs_crc32($1)"),
  hashRow("hash", "murmur3", INT),
  hashRow("xxhash64", "xxhash64", LONG),
];
