import type { StructType } from "../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { schemaFromJson, schemaToJson } from "../core/schema-json.ts";
import { readText } from "../storage/content.ts";
import type { Storage } from "../storage/storage.ts";
import { joinUrl } from "../storage/url.ts";

/** What is kept of a source's schema: the columns of the data, and those of its folders. */
export interface StoredSchema {
  readonly data: StructType;
  readonly partitions: StructType;
}

/**
 * The versions of an inferred schema, each an object `_schemas/N`: a line `v1`, then JSON, as Auto Loader writes them. A
 * version is written once and stays.
 */
export class SchemaStore {
  readonly #storage: Storage;
  readonly #folder: string;

  /** `location` is the URL of the folder that holds `_schemas`. */
  constructor(storage: Storage, location: string) {
    this.#storage = storage;
    this.#folder = joinUrl(location, "_schemas");
  }

  async latest(): Promise<{ readonly version: number; readonly schema: StoredSchema } | undefined> {
    const { store, key } = this.#storage.resolve(this.#folder);
    let version = -1;
    for await (const meta of store.list(`${key}/`)) {
      const name = meta.key.slice(key.length + 1);
      if (/^\d+$/.test(name)) version = Math.max(version, Number(name));
    }
    if (version < 0) return undefined;
    return { version, schema: read(await readText(store, `${key}/${version}`), `${this.#folder}/${version}`) };
  }

  /** False when another runner has written that version already. */
  async write(version: number, schema: StoredSchema): Promise<boolean> {
    const { store, key } = this.#storage.resolve(this.#folder);
    const content = { dataSchemaJson: schemaToJson(schema.data), partitionSchemaJson: schemaToJson(schema.partitions) };
    try {
      await store.write(`${key}/${version}`, Buffer.from(`v1\n${JSON.stringify(content)}\n`), { ifNoneMatch: "*" });
      return true;
    } catch (error) {
      if (isBoathouseError(error, "OBJECT_EXISTS")) return false;
      throw error;
    }
  }
}

function read(text: string, url: string): StoredSchema {
  const [head = "", body = ""] = text.split("\n");
  const content = head === "v1" ? (JSON.parse(body) as Json) : null;
  const data = isJsonObject(content) ? content["dataSchemaJson"] : undefined;
  const partitions = isJsonObject(content) ? content["partitionSchemaJson"] : undefined;
  if (typeof data !== "string" || typeof partitions !== "string") {
    throw new BoathouseError("SCHEMA_LOG_INVALID", `${url} is not a stored schema.`, {
      hint: "Remove the stream's schema location to infer the schema anew.",
    });
  }
  return { data: schemaFromJson(data), partitions: schemaFromJson(partitions) };
}
