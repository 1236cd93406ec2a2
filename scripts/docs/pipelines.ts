import { REFUSED, SETTINGS } from "../../src/pipelines/spec.ts";
import { code, codes, page, sentence, table } from "./markdown.ts";

/** Settings of declarative pipelines. */
export function pipelinesPage(): string {
  const settings = Object.entries(SETTINGS);
  return page(
    "# Declarative pipelines",
    "The settings of the Pipelines REST API, as bundles write them. What may stand in the SQL files:" +
      " [statements](statements.md#pipelines). What the sources of streaming tables take: [files](files.md).",
    table(
      ["setting", ""],
      settings.flatMap(([name, what]) => (what === null ? [] : [[code(name), sentence(what)]])),
    ),
    `No effect, carried along for a workspace: ${codes(settings.flatMap(([name, what]) => (what === null ? [name] : [])))}.`,
    table(
      ["refused", "instead"],
      Object.entries(REFUSED).map(([name, why]) => [code(name), sentence(why)]),
    ),
    "## Expectations",
    table(
      ["`CONSTRAINT name EXPECT (condition)` …", "a row for which the condition is not true"],
      [
        ["nothing more", "is kept and counted"],
        ["`ON VIOLATION DROP ROW`", "is left out and counted"],
        ["`ON VIOLATION FAIL UPDATE`", "stops the flow; nothing of it is committed, other flows go on"],
      ],
    ),
  );
}
