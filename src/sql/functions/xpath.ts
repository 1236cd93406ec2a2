import { array, BOOLEAN, DOUBLE, FLOAT, INT, LONG, SHORT, STRING, type DataType } from "../../core/data-type.ts";
import { bindSignature, expressionAt, type FunctionRow } from "./function.ts";
import { onlyText } from "./params.ts";
import { notFoldable, scalarBy, textOf } from "./rules.ts";

const category = "xml";

function xpath(names: string | readonly [string, ...string[]], returns: DataType, lower: string): FunctionRow {
  return scalarBy(names, category, (call) => {
    const bound = bindSignature(call, { params: [onlyText, onlyText], returns, nullable: true }, lower);
    if (textOf(expressionAt(call, 1)) === undefined) throw notFoldable(call, 1, "path");
    return bound;
  });
}

/** XPath 1.0 over XML text. */
export const xpaths: readonly FunctionRow[] = [
  xpath("xpath", array(STRING), "spkjs_xpath($1, $2)"),
  xpath("xpath_string", STRING, "spkjs_xpath_string($1, $2)"),
  xpath("xpath_boolean", BOOLEAN, "spkjs_xpath_boolean($1, $2)"),
  xpath(["xpath_double", "xpath_number"], DOUBLE, "spkjs_xpath_number($1, $2)"),
  xpath("xpath_float", FLOAT, "CAST(spkjs_xpath_number($1, $2) AS FLOAT)"),
  xpath("xpath_int", INT, "spk_whole_int(spkjs_xpath_number($1, $2))"),
  xpath("xpath_short", SHORT, "CAST(spk_whole_int(spkjs_xpath_number($1, $2)) AS SMALLINT)"),
  xpath("xpath_long", LONG, "spk_double_to_long(trunc(spkjs_xpath_number($1, $2)))"),
];
