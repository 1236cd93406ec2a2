import { textOfJson } from "../json/text-of.ts";
import { BoathouseError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { resolveDataset, type Dataset } from "../data/dataset.ts";
import { urlOf } from "../data/place.ts";
import { missing, selectFiles, type SelectedFile } from "../data/select-files.ts";
import { stage } from "../data/stage.ts";
import { DELIMITED_SOURCE, JSON_SOURCE } from "../data/store-shapes.ts";
import { TemporaryFiles } from "../data/temporary-files.ts";
import { textFormat } from "../data/text-format.ts";
import { readText } from "../data/text-reader.ts";
import { flag, inert, object, reference, required, variant } from "../model/shape.ts";
import { decodeText } from "../model/decode.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import type { ActivityKind } from "./activity-kind.ts";

const MOST_ROWS = 5_000;
const LARGEST_OUTPUT = 4 * 1024 * 1024;
/** JSON is read whole; its rows must fit into 4 MB anyway. */
const LARGEST_JSON = 64 * 1024 * 1024;

export const LOOKUP: ActivityKind = {
  type: "Lookup",
  description: "Reads the first row, or up to 5,000 rows (4 MB), of delimited text or JSON.",
  properties: object({
    source: required(
      variant("source", { DelimitedTextSource: DELIMITED_SOURCE, JsonSource: JSON_SOURCE }, [
        "AzureSqlSource",
        "ExcelSource",
        "ParquetSource",
        "RestSource",
        "SqlDWSource",
        "SqlServerSource",
        "XmlSource",
      ]),
    ),
    dataset: required(reference("dataset")),
    firstRowOnly: flag,
    treatDecimalAsString: inert("values of text are text"),
  }),
  policy: true,
  async run(context) {
    const { properties, signal } = context;
    const settings = properties.object("source").object("storeSettings");
    const dataset = resolveDataset(context, properties.object("dataset"), settings);
    const firstRowOnly = properties.flag("firstRowOnly", true);
    await context.recordInput({ dataset: dataset.name, url: urlOf(dataset.place), firstRowOnly });
    const found = await selectFiles(dataset, settings, signal);
    if (found.length === 0) throw missing(urlOf(dataset.place), `Check the location of the dataset "${dataset.name}".`);
    const rows: Json[] = [];
    for (const file of found) {
      const wanted = (firstRowOnly ? 1 : MOST_ROWS + 1) - rows.length;
      if (wanted <= 0) break;
      rows.push(...(await readRows(context, dataset, file, wanted)));
    }
    if (firstRowOnly) return rows[0] === undefined ? {} : { firstRow: rows[0] };
    return { count: checkSize(rows, dataset), value: rows };
  },
};

async function readRows(context: ActivityContext, dataset: Dataset, file: SelectedFile, most: number): Promise<Json[]> {
  const url = urlOf(dataset.place, file.meta.key);
  if (dataset.type === "Json") return (await jsonRows(context, dataset, file, url)).slice(0, most);
  if (dataset.type !== "DelimitedText") {
    throw new BoathouseError(
      "FACTORY_UNSUPPORTED",
      `Lookup cannot read the ${dataset.type} dataset "${dataset.name}".`,
      {
        hint: "Use a dataset of the type DelimitedText or Json.",
      },
    );
  }
  const { signal, services, properties } = context;
  const format = textFormat(dataset);
  const files = await TemporaryFiles.create(services.temporaryFolder);
  const connection = await services.connect();
  try {
    const staged = await stage({ store: dataset.place.store, meta: file.meta, files, signal, text: format, url });
    const skipLines = properties.object("source").object("formatSettings").integer("skipLineCount") ?? 0;
    const source = { path: staged.path, url, format, skipLines, skipMalformed: false };
    return await readText(source, connection, files, signal, async ({ columns, from }) => {
      if (from === undefined) return [];
      const selected = columns.map((_, index) => `c${index} AS ${quoteIdentifier(`c${index}`)}`).join(", ");
      const rows = await connection.rows(`SELECT ${selected} FROM ${from} LIMIT ${most}`, { signal });
      return rows.map((row) =>
        Object.fromEntries(
          columns.map((name, index) => [name, row[`c${index}`] === null ? null : textOfJson(row[`c${index}`])]),
        ),
      );
    });
  } finally {
    connection.close();
    await files.remove();
  }
}

/** A file with one value, an array of rows, or one row a line. */
async function jsonRows(context: ActivityContext, dataset: Dataset, file: SelectedFile, url: string): Promise<Json[]> {
  const { body } = await dataset.place.store.read(file.meta.key, { signal: context.signal });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_JSON) {
      throw new BoathouseError("LOOKUP_TOO_LARGE", `${url} is larger than 64 MB.`, { hint: "Split the file." });
    }
    chunks.push(chunk);
  }
  const text = decodeText(Buffer.concat(chunks)).replace(/^\uFEFF/, "");
  try {
    const value = JSON.parse(text) as Json;
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    const lines = text.split(/\r\n|\n/).map((line, index) => ({ line, number: index + 1 }));
    return lines.filter(({ line }) => line.trim() !== "").map(({ line, number }) => jsonLine(line, number, url, error));
  }
}

function jsonLine(line: string, number: number, url: string, cause: unknown): Json {
  try {
    const value = JSON.parse(line) as Json;
    if (isJsonObject(value)) return value;
  } catch (error) {
    throw new BoathouseError("LOOKUP_NOT_JSON", `${url}, line ${number}: this is not JSON: ${messageOf(error)}`, {
      location: { file: url, line: number, column: 1 },
      cause,
      hint: "The file holds one JSON value, or one object a line.",
    });
  }
  throw new BoathouseError("LOOKUP_NOT_JSON", `${url}, line ${number}: this is not a JSON object.`, { cause });
}

function checkSize(rows: readonly Json[], dataset: Dataset): number {
  const problem =
    rows.length > MOST_ROWS
      ? `more than ${MOST_ROWS} rows`
      : Buffer.byteLength(JSON.stringify(rows)) > LARGEST_OUTPUT
        ? "more than 4 MB"
        : undefined;
  if (problem === undefined) return rows.length;
  throw new BoathouseError("LOOKUP_TOO_LARGE", `The lookup of "${dataset.name}" gives ${problem}.`, {
    hint: "Read a smaller file, or let the job read the data.",
  });
}
