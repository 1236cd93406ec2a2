/** Functions of the type VARIANT. */
export const variantTexts = `
is_valid_variant(variant) — Whether the bytes of a VARIANT are well formed.
is_variant_null(variant) — Whether a VARIANT holds a null of JSON; false for NULL.
parse_json(json) — A VARIANT that holds the value of JSON text.
schema_of_variant(variant) — The schema of a VARIANT, objects as OBJECT<…>.
schema_of_variant_agg(variant) — The schema that holds all the values.
to_variant_object(value) — A VARIANT of a struct, map or array, whose fields and entries become an object.
try_parse_json(json) — As parse_json, null where the text is no JSON.
variant_array_append(variant, path, value) — The variant with a value appended to the array at a path.
variant_delete(variant, path, …) — The variant without what stands at the paths.
variant_explode(input) — A row for each field of an object or element of an array, in FROM.
variant_get(variant, path [, type]) — What stands at a path such as $.a[0], as a VARIANT or converted to a type.
variant_insert(variant, path, value) — The variant with a new field or element at a path.
variant_set(variant, path, value [, create_if_missing]) — The variant with a value put at a path.
variant_strip_nulls(variant [, arrays]) — The variant without null fields and, unless told otherwise, elements.
`;
