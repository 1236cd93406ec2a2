import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import { textOfJson } from "../json/text-of.ts";

/** What a node of the run works from. Plain data that is kept with the run. */
export interface ActivitySpec {
  readonly factory: string;
  /** The activity as its pipeline has it, without the activities inside it. */
  readonly activity: JsonObject;
  /** The pipeline's variables and their defaults. */
  readonly variables: JsonObject;
  readonly globalParameters: JsonObject;
  /** The datasets and linked services that the activity leads to, by name in lower case: their `properties`. */
  readonly datasets: JsonObject;
  readonly linkedServices: JsonObject;
  /** What the activity gives instead of running. */
  readonly mock?: Json;
}

/** Reads what `compilePipeline` wrote. */
export function specOf(json: Json): ActivitySpec {
  const part = (name: string): JsonObject => {
    const value = isJsonObject(json) ? json[name] : undefined;
    return isJsonObject(value) ? value : {};
  };
  const whole = isJsonObject(json) ? json : {};
  return {
    factory: textOfJson(whole["factory"]),
    activity: part("activity"),
    variables: part("variables"),
    globalParameters: part("globalParameters"),
    datasets: part("datasets"),
    linkedServices: part("linkedServices"),
    ...(whole["mock"] === undefined ? {} : { mock: whole["mock"] }),
  };
}
