/** Functions of the type VARIANT. */
export const variantTexts = `
is_valid_variant(variant) — Whether the bytes of a VARIANT are well formed.
is_variant_null(variant) — Whether a VARIANT holds a null of JSON; false for NULL.
parse_json(json) — A VARIANT that holds the value of JSON text.
schema_of_variant(variant) — The schema of a VARIANT, objects as OBJECT<…>.
schema_of_variant_agg(variant) — The schema that holds all the values.
to_variant_object(value) — A VARIANT of a struct, map or array, whose fields and entries become an object.
try_parse_json(json) — As parse_json, null where the text is no JSON.
variant_explode(input) — A row for each field of an object or element of an array, in FROM.
variant_get(variant, path [, type]) — What stands at a path such as $.a[0], as a VARIANT or converted to a type.
`;
