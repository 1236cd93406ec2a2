/** Arrays, maps, structs, higher-order functions, JSON, generators. */
export const collectionTexts = `
array(value, …) — An array of the values, brought to one type.
[] := array[index], map[key] — The element at an index from 0, or the value of a key.
array_append(array, value) — The array with the value behind it.
array_compact(array) — The array without its nulls.
array_contains(array, value) — Whether the value is in the array.
array_distinct(array) — The array without repetitions.
array_except(a, b) — What is in a and not in b, once each.
array_insert(array, position, value) — The array with the value put in at a position from 1, or from the end.
array_intersect(a, b) — What is in both, once each.
array_join(array, separator [, forNull]) — The elements as one text.
array_max(array) — The largest element.
array_min(array) — The smallest element.
array_position(array, value) — Where the value first stands, from 1, or 0.
array_prepend(array, value) — The array with the value before it.
array_remove(array, value) — The array without the value.
array_repeat(value, count) — The value so many times.
array_size(array) — How many elements there are.
array_sort(array [, comparator]) — The array in order, nulls last, or as the comparator says.
array_union(a, b) — What is in either, once each.
arrays_overlap(a, b) — Whether the arrays have an element in common.
arrays_zip(array, …) — Structs of the elements at the same place.
cardinality(collection) — How many elements there are.
concat(value, …) — Texts, binaries or arrays one after another.
element_at(array, index) — The element at an index from 1, from the end when negative; the value of a key of a map.
try_element_at(array, index) — As element_at, null when it is out of range.
exists(array, x -> condition) — Whether the condition holds for some element.
filter(array, x -> condition) — The elements for which the condition holds.
flatten(arrays) — The elements of arrays in an array as one array.
forall(array, x -> condition) — Whether the condition holds for every element.
get(array, index) — The element at an index from 0, null when out of range.
aggregate(array, start, (state, x) -> state [, state -> result]) — Folds the elements into one value.
map(key, value, …) — A map of the pairs.
map_concat(map, …) — The entries of all maps.
map_contains_key(map, key) — Whether the map has the key.
map_entries(map) — The entries as structs of key and value.
map_filter(map, (key, value) -> condition) — The entries for which the condition holds.
map_from_arrays(keys, values) — A map of keys and values at the same places.
map_from_entries(entries) — A map of structs of key and value.
map_keys(map) — The keys.
map_values(map) — The values.
map_zip_with(a, b, (key, x, y) -> value) — A map over the keys of both, with values made of both values.
named_struct(name, value, …) — A struct with the given names.
reverse(value) — A text, binary or array backwards.
sequence(start, stop [, step]) — All values from start to stop.
shuffle(array) — The elements in random order.
size(collection) — How many elements there are.
slice(array, start, length) — So many elements from a position from 1, or from the end.
sort_array(array [, ascending]) — The array in order; nulls first when ascending.
str_to_map(text [, pairs [, values]]) — A map from text such as a:1,b:2.
struct(value, …) — A struct of the values.
transform(array, x -> value) — The array with each element replaced.
transform_keys(map, (key, value) -> key) — The map with each key replaced.
transform_values(map, (key, value) -> value) — The map with each value replaced.
zip_with(a, b, (x, y) -> value) — An array made of the elements at the same places of two.
explode(collection) — A row for each element of an array or entry of a map.
posexplode(collection) — As explode, with the position from 0.
inline(structs) — A row for each struct of an array, a column for each field.
stack(rows, value, …) — The values spread over so many rows.
json_tuple(json, name, …) — A column for each of the named fields of a JSON object.
range([start,] end [, step]) — A table of numbers, the end left out.
from_json(json, schema [, options]) — A value of the schema read from JSON text.
from_csv(csv, schema [, options]) — A struct of the schema read from a CSV record.
from_xml(xml, schema [, options]) — A struct of the schema read from an XML element.
get_json_object(json, path) — What stands at a path of JSON text.
json_array_length(json) — How many elements a JSON array has.
json_object_keys(json) — The names of the fields of a JSON object.
schema_of_csv(csv [, options]) — The schema of a CSV record, as DDL.
schema_of_json(json [, options]) — The schema of JSON text, as DDL.
schema_of_xml(xml [, options]) — The schema of an XML element, as DDL.
to_csv(struct [, options]) — A struct as a CSV record.
to_json(value [, options]) — A struct, array or map as JSON text.
to_xml(struct [, options]) — A struct as XML text.
bitmap_bit_position(number) — The position in its bitmap of a number.
bitmap_bucket_number(number) — Which bitmap a number belongs to.
bitmap_count(bitmap) — How many bits are set.
vector_cosine_similarity(a, b) — The cosine of the angle between two vectors.
vector_inner_product(a, b) — The inner product of two vectors.
vector_l2_distance(a, b) — The Euclidean distance of two vectors.
vector_norm(vector [, degree]) — The length of a vector.
vector_normalize(vector [, degree]) — The vector brought to length 1.
xpath(xml, path) — The texts that an XPath finds.
xpath_boolean(xml, path) — Whether an XPath finds something or holds.
xpath_double(xml, path) — What an XPath gives, as DOUBLE.
xpath_float(xml, path) — What an XPath gives, as FLOAT.
xpath_int(xml, path) — What an XPath gives, as INT.
xpath_long(xml, path) — What an XPath gives, as BIGINT.
xpath_short(xml, path) — What an XPath gives, as SMALLINT.
xpath_string(xml, path) — The text of the first node that an XPath finds.
`;
