import type { StructField, StructType } from "../../core/data-type.ts";
import { schemaFromJson, schemaToJson } from "../../core/schema-json.ts";
import type { MetadataAction } from "../actions.ts";

/**
 * Metadata that comes from elsewhere, with what `current` says of since when commits tell their time: that is a fact of the
 * log. Undefined for a log that begins.
 */
export function withCommitTimes(metadata: MetadataAction, current: MetadataAction | undefined): MetadataAction {
  const kept = Object.entries(metadata.configuration).filter(([name]) => !ENABLEMENT.test(name));
  const enabled = metadata.configuration["delta.enableInCommitTimestamps"]?.toLowerCase() === "true";
  const facts = enabled ? Object.entries(current?.configuration ?? {}).filter(([name]) => ENABLEMENT.test(name)) : [];
  return { ...metadata, configuration: Object.fromEntries([...kept, ...facts]) };
}

const ENABLEMENT = /^delta\.inCommitTimestampEnablement/;

/** An identity column never gives a value twice, also not after its rows are gone: it goes on from the furthest mark. */
export function keepHighWaterMarks(metadata: MetadataAction, other: MetadataAction): MetadataAction {
  if (!metadata.schemaString.includes(STEP) || !other.schemaString.includes(MARK)) return metadata;
  const marks = new Map(
    schemaFromJson(other.schemaString).fields.map((field) => [field.name.toLowerCase(), field.metadata?.[MARK]]),
  );
  const schema: StructType = schemaFromJson(metadata.schemaString);
  const fields = schema.fields.map((field) => further(field, marks.get(field.name.toLowerCase())));
  return { ...metadata, schemaString: schemaToJson({ ...schema, fields }) };
}

const MARK = "delta.identity.highWaterMark";
const STEP = "delta.identity.step";

function further(field: StructField, mark: unknown): StructField {
  const own = field.metadata?.[MARK];
  const step = field.metadata?.[STEP];
  if ((typeof mark !== "number" && typeof mark !== "bigint") || step === undefined) return field;
  const isFurther =
    (typeof own !== "number" && typeof own !== "bigint") || (Number(step) > 0 ? mark > own : mark < own);
  return isFurther ? { ...field, metadata: { ...field.metadata, [MARK]: mark } } : field;
}
