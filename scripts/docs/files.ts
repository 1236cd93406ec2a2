import { SOURCE_OPTIONS } from "../../src/autoloader/options.ts";
import { FORMATS } from "../../src/formats/format.ts";
import type { Option } from "../../src/formats/option.ts";
import { code, codes, groups, page, sentence, sorted, table } from "./markdown.ts";

/** Formats of files and their options, and the options of Auto Loader. */
export function filesPage(): string {
  return page(
    "# Files",
    "Options of `read_files(…)` and of `STREAM read_files(…)`, which is Auto Loader. Names may be written in any case;" +
      " those of Auto Loader also with `cloudFiles.` in front. A name that is not here is an error with the nearest one." +
      " A refused option may be given only with its default.",
    "## Auto Loader and read\\_files",
    optionTables(SOURCE_OPTIONS),
    ...FORMATS.flatMap(({ name, options }) => [`## ${name}`, optionTables(options) || "No options."]),
  );
}

function optionTables(options: readonly Option[]): string {
  const supported = options.filter((option) => option.refused === undefined);
  const refused = options.filter((option) => option.refused !== undefined);
  const reasons = groups(refused, (option) => option.refused ?? "");
  return [
    table(
      ["option", "takes", "default", "", "for"],
      sorted(supported, nameOf).map((option) => [
        codes([option.name, ...(option.aliases ?? [])]),
        takes(option),
        option.default === undefined ? "" : option.default === "" ? "empty" : code(option.default),
        sentence(option.description),
        option.use === "both" ? "reading, writing" : option.use === "read" ? "reading" : "writing",
      ]),
    ),
    table(
      ["refused", "why"],
      [...reasons].map(([reason, same]) => [codes(same.map(nameOf).toSorted()), sentence(reason)]),
    ),
  ]
    .filter((each) => each !== "")
    .join("\n\n");
}

function takes(option: Option): string {
  switch (option.type) {
    case "choice":
      return codes(option.choices ?? []);
    case "character":
      return "one character, or none";
    case "boolean":
      return "true or false";
    case "integer":
      return "whole number";
    case "number":
      return "number";
    case "string":
      return "text";
  }
}

function nameOf(option: Option): string {
  return option.name;
}
