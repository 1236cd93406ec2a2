import { array, BOOLEAN, INT, STRING } from "../../core/data-type.ts";
import type { BoundArgument } from "../bound.ts";
import type { Lowering, LoweringTools } from "../lowering.ts";
import { isInvalidInJava } from "../java/regex-syntax.ts";
import { groupCount, javaScriptSource, literalText, mayMatchEmpty, re2Replacement, re2Source } from "../java/regex.ts";
import { filled, integer } from "./defaults.ts";
import { bindSignature, expressionAt, scalar, type CallSite, type FunctionRow } from "./function.ts";
import { int, text } from "./params.ts";
import { integerOf, named, scalarBy, textOf } from "./rules.ts";

const category = "regular expression";

export const regexps: readonly FunctionRow[] = [
  scalarBy(["rlike", "regexp", "regexp_like"], category, (call) => {
    checkPattern(call, 1);
    return bindSignature(
      call,
      { params: [text, text], returns: BOOLEAN, pretty: named(call.name.toUpperCase()) },
      native(
        ([value, pattern]) => `spkjs_rlike(${value}, ${pattern})`,
        (args, source, tools) => `regexp_matches(${args[0] ?? ""}, ${tools.text(source)})`,
        false,
      ),
    );
  }),
  scalarBy("regexp_extract", category, (given) => {
    const call = filled(given, 3, [integer(1)]);
    checkPattern(call, 1);
    return bindSignature(
      call,
      { params: [text, text, int], returns: STRING },
      native(
        ([value, pattern, group]) => `spkjs_regexp_extract(${value}, ${pattern}, ${group})`,
        (args, source, tools, bound) => {
          const group = checkedGroup(bound[2], source);
          return group === undefined ? undefined : `regexp_extract(${args[0] ?? ""}, ${tools.text(source)}, ${group})`;
        },
      ),
    );
  }),
  scalarBy("regexp_extract_all", category, (given) => {
    const call = filled(given, 3, [integer(1)]);
    checkPattern(call, 1);
    return bindSignature(
      call,
      { params: [text, text, int], returns: array(STRING) },
      native(
        ([value, pattern, group]) => `spkjs_regexp_extract_all(${value}, ${pattern}, ${group})`,
        (args, source, tools, bound) => {
          const group = checkedGroup(bound[2], source);
          if (group === undefined || mayMatchEmpty(textOf(bound[1]) ?? "")) return undefined;
          return `list_transform(regexp_extract_all(${args[0] ?? ""}, ${tools.text(source)}, ${group}), lambda spk_x: coalesce(spk_x, ''))`;
        },
      ),
    );
  }),
  scalarBy("regexp_replace", category, (given) => {
    const call = filled(given, 4, [integer(1)]);
    checkPattern(call, 1);
    const position = integerOf(expressionAt(call, 3));
    if (typeof position === "number" && position < 1) {
      throw call.error(
        "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
        `Cannot resolve "regexp_replace" due to data type mismatch: the position must be between (0, 2147483647] (current value = ${position}).`,
      );
    }
    return bindSignature(
      call,
      { params: [text, text, text, int], returns: STRING },
      native(
        ([value, pattern, replacement, from]) => `spkjs_regexp_replace(${value}, ${pattern}, ${replacement}, ${from})`,
        (args, source, tools, bound) => {
          const pattern = textOf(bound[1]) ?? "";
          const replacement = textOf(bound[2]);
          if (typeof replacement !== "string" || integerOf(bound[3]) !== 1 || mayMatchEmpty(pattern)) return undefined;
          const translated = re2Replacement(replacement, groupCount(pattern));
          return translated === undefined
            ? undefined
            : `regexp_replace(${args[0] ?? ""}, ${tools.text(source)}, ${tools.text(translated)}, 'g')`;
        },
      ),
    );
  }),
  scalarBy("regexp_count", category, (call) => {
    checkPattern(call, 1);
    return bindSignature(call, { params: [text, text], returns: INT }, "spkjs_regexp_count($1, $2)");
  }),
  scalarBy("regexp_instr", category, (given) => {
    const call = filled(given, 3, [integer(0)]);
    checkPattern(call, 1);
    return bindSignature(call, { params: [text, text, int], returns: INT }, "spkjs_regexp_instr($1, $2)");
  }),
  scalarBy("regexp_substr", category, (call) => {
    checkPattern(call, 1);
    return bindSignature(
      call,
      { params: [text, text], returns: STRING, nullable: true },
      "spkjs_regexp_substr($1, $2)",
    );
  }),
  scalarBy("split", category, (given) => {
    const call = filled(given, 3, [integer(-1)]);
    checkPattern(call, 1);
    return bindSignature(call, { params: [text, text, int], returns: array(STRING, false) }, (args, bound, tools) => {
      const [value = "NULL", pattern = "NULL", limit = "NULL"] = args;
      const source = textOf(bound.args[1]);
      const literal = typeof source === "string" ? literalText(source) : undefined;
      const most = integerOf(bound.args[2]);
      if (literal !== undefined && literal !== "" && typeof most === "number" && most <= 0) {
        return `string_split(${value}, ${tools.text(literal)})`;
      }
      return `spkjs_split(${value}, ${pattern}, ${limit})`;
    });
  }),
  scalar("regexp_escape", category, { params: [text], returns: STRING }, "regexp_escape($1)"),
];

type NativeForm = (
  args: readonly string[],
  source: string,
  tools: LoweringTools,
  bound: readonly BoundArgument[],
) => string | undefined;

/** DuckDB's own function where the pattern is constant and means the same to RE2, else JavaScript. */
function native(script: (args: readonly string[]) => string, form: NativeForm, consuming = true): Lowering {
  return (args, call, tools) => {
    const pattern = textOf(call.args[1]);
    const source = typeof pattern === "string" ? re2Source(pattern, consuming) : undefined;
    return (source === undefined ? undefined : form(args, source, tools, call.args)) ?? script(args);
  };
}

function checkedGroup(group: BoundArgument | undefined, source: string): number | undefined {
  const index = integerOf(group);
  if (typeof index !== "number") return undefined;
  if (index < 0 || index > groupCount(source)) return undefined;
  return index > 9 ? undefined : index;
}

/** A constant pattern that JavaScript cannot say is refused here, at its place, rather than when the query runs. */
function checkPattern(call: CallSite, index: number): void {
  const pattern = textOf(expressionAt(call, index));
  if (typeof pattern !== "string") return;
  if (isInvalidInJava(pattern)) {
    throw call.error(
      "INVALID_PARAMETER_VALUE.PATTERN",
      `The value of parameter \`regexp\` in \`${call.name}\` is invalid: '${pattern}'.`,
    );
  }
  if (re2Source(pattern, true) !== undefined || javaScriptSource(pattern) !== undefined) return;
  throw call.error(
    "UNSUPPORTED_FEATURE.REGULAR_EXPRESSION",
    `The regular expression '${pattern}' uses a feature of Java that is not supported.`,
  );
}
