import { DOMParser, onErrorStopParsing } from "@xmldom/xmldom";
import { select, type SelectReturnType } from "xpath";
import { array, BOOLEAN, DOUBLE, STRING } from "../../core/data-type.ts";
import { BoathouseError, messageOf } from "../../core/errors.ts";
import { asText, udf, type Udf } from "./udf.ts";

/** XPath 1.0 over XML text; the conversions are its own functions `string`, `boolean` and `number`. */
export const xpathUdfs: readonly Udf[] = [
  udf("spkjs_xpath", [STRING, STRING], array(STRING), (xml, path) => {
    const found = evaluate(asText(xml), asText(path));
    return Array.isArray(found) ? found.map((node) => node.nodeValue) : null;
  }),
  udf("spkjs_xpath_string", [STRING, STRING], STRING, (xml, path) => {
    const found = evaluate(asText(xml), wrapped("string", asText(path)));
    return typeof found === "string" ? found : null;
  }),
  udf("spkjs_xpath_boolean", [STRING, STRING], BOOLEAN, (xml, path) => {
    const found = evaluate(asText(xml), wrapped("boolean", asText(path)));
    return typeof found === "boolean" ? found : null;
  }),
  udf("spkjs_xpath_number", [STRING, STRING], DOUBLE, (xml, path) => {
    const found = evaluate(asText(xml), wrapped("number", asText(path)));
    return typeof found === "number" ? found : null;
  }),
];

function wrapped(conversion: string, path: string): string {
  return path === "" ? "" : `${conversion}(${path})`;
}

/** Empty text has no value, and so has nothing that it could be asked. */
function evaluate(xml: string, path: string): SelectReturnType {
  if (xml === "" || path === "") return null;
  let document: Node;
  try {
    document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, "text/xml") as unknown as Node;
  } catch (error) {
    const [why = ""] = messageOf(error).split("\n");
    throw new BoathouseError("INVALID_XML", `The XML cannot be read: ${why}`, { sqlState: "22023", cause: error });
  }
  try {
    return select(path, document);
  } catch (error) {
    throw new BoathouseError(
      "INVALID_PARAMETER_VALUE.XPATH",
      `The XPath '${path}' cannot be evaluated: ${messageOf(error)}`,
      {
        sqlState: "22023",
        cause: error,
      },
    );
  }
}
