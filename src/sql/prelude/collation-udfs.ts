import { BOOLEAN, INT, STRING } from "../../core/data-type.ts";
import {
  lcaseContains,
  lcaseEndsWith,
  lcaseFindInSet,
  lcaseLocate,
  lcaseReplace,
  lcaseSplitPart,
  lcaseStartsWith,
  lcaseSubstringIndex,
  lcaseTranslate,
  lcaseTrim,
} from "../collation/lcase.ts";
import { asNumber, asText, udf, type Udf } from "./udf.ts";

/** String functions under the collation UTF8_LCASE. */
export const collationUdfs: readonly Udf[] = [
  udf("spkjs_lcase_contains", [STRING, STRING], BOOLEAN, (text, part) => lcaseContains(asText(text), asText(part))),
  udf("spkjs_lcase_starts_with", [STRING, STRING], BOOLEAN, (text, part) =>
    lcaseStartsWith(asText(text), asText(part)),
  ),
  udf("spkjs_lcase_ends_with", [STRING, STRING], BOOLEAN, (text, part) => lcaseEndsWith(asText(text), asText(part))),
  udf("spkjs_lcase_locate", [STRING, STRING, INT], INT, (part, text, from) =>
    lcaseLocate(asText(part), asText(text), asNumber(from)),
  ),
  udf("spkjs_lcase_replace", [STRING, STRING, STRING], STRING, (text, part, by) =>
    lcaseReplace(asText(text), asText(part), asText(by)),
  ),
  udf("spkjs_lcase_split_part", [STRING, STRING, INT], STRING, (text, part, number) =>
    lcaseSplitPart(asText(text), asText(part), asNumber(number)),
  ),
  udf("spkjs_lcase_substring_index", [STRING, STRING, INT], STRING, (text, part, count) =>
    lcaseSubstringIndex(asText(text), asText(part), asNumber(count)),
  ),
  udf("spkjs_lcase_find_in_set", [STRING, STRING], INT, (part, list) => lcaseFindInSet(asText(part), asText(list))),
  udf("spkjs_lcase_translate", [STRING, STRING, STRING], STRING, (text, from, to) =>
    lcaseTranslate(asText(text), asText(from), asText(to)),
  ),
  udf("spkjs_lcase_trim", [STRING, STRING, STRING], STRING, (text, chars, sides) => {
    const side = asText(sides);
    return lcaseTrim(asText(text), asText(chars), side === "left" || side === "right" ? side : "both");
  }),
];
