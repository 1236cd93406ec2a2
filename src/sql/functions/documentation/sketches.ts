/** Sketches of Apache DataSketches. */
export const sketchTexts = `
approx_top_k(value [, k [, maxItemsTracked]]) — The k most frequent values (5 unless said otherwise) with their counts; while every value is tracked.
hll_sketch_agg(value [, lgConfigK]) — An HLL sketch of the different values, in the bytes of Apache DataSketches.
hll_sketch_estimate(sketch) — About how many different values an HLL sketch has seen.
hll_union(sketch, sketch [, allowDifferentLgConfigK]) — One HLL sketch of what two have seen.
hll_union_agg(sketch [, allowDifferentLgConfigK]) — One HLL sketch of what all have seen.
kll_merge_agg_bigint(sketch [, k]) — One KLL sketch of whole numbers out of many.
kll_sketch_agg_bigint(value [, k]) — A KLL sketch of whole numbers for quantiles, in the bytes of Apache DataSketches. For up to k values (200 unless said otherwise), which it keeps; beyond, Spark's is random.
kll_sketch_get_n_bigint(sketch) — How many values a KLL sketch of whole numbers has seen.
kll_sketch_get_quantile_bigint(sketch, rank | ranks) — The value at a rank from 0 to 1 of a KLL sketch of whole numbers.
kll_sketch_get_rank_bigint(sketch, value | values) — Which part of the values of a KLL sketch of whole numbers is at most a value.
kll_sketch_merge_bigint(sketch, sketch) — One KLL sketch of whole numbers out of two.
kll_sketch_to_string_bigint(sketch) — A summary of a KLL sketch of whole numbers.
kll_merge_agg_float(sketch [, k]) — One KLL sketch of floats out of many.
kll_sketch_agg_float(value [, k]) — A KLL sketch of floats for quantiles, in the bytes of Apache DataSketches. For up to k values (200 unless said otherwise), which it keeps; beyond, Spark's is random.
kll_sketch_get_n_float(sketch) — How many values a KLL sketch of floats has seen.
kll_sketch_get_quantile_float(sketch, rank | ranks) — The value at a rank from 0 to 1 of a KLL sketch of floats.
kll_sketch_get_rank_float(sketch, value | values) — Which part of the values of a KLL sketch of floats is at most a value.
kll_sketch_merge_float(sketch, sketch) — One KLL sketch of floats out of two.
kll_sketch_to_string_float(sketch) — A summary of a KLL sketch of floats.
kll_merge_agg_double(sketch [, k]) — One KLL sketch of doubles out of many.
kll_sketch_agg_double(value [, k]) — A KLL sketch of doubles for quantiles, in the bytes of Apache DataSketches. For up to k values (200 unless said otherwise), which it keeps; beyond, Spark's is random.
kll_sketch_get_n_double(sketch) — How many values a KLL sketch of doubles has seen.
kll_sketch_get_quantile_double(sketch, rank | ranks) — The value at a rank from 0 to 1 of a KLL sketch of doubles.
kll_sketch_get_rank_double(sketch, value | values) — Which part of the values of a KLL sketch of doubles is at most a value.
kll_sketch_merge_double(sketch, sketch) — One KLL sketch of doubles out of two.
kll_sketch_to_string_double(sketch) — A summary of a KLL sketch of doubles.
theta_difference(sketch, sketch) — A theta sketch of what the first has seen and the second has not.
theta_intersection(sketch, sketch) — A theta sketch of what both have seen.
theta_intersection_agg(sketch) — A theta sketch of what all have seen.
theta_sketch_agg(value [, lgNomEntries]) — A theta sketch of the different values, in the bytes of Apache DataSketches.
theta_sketch_estimate(sketch) — About how many different values a theta sketch has seen.
theta_union(sketch, sketch [, lgNomEntries]) — A theta sketch of what either has seen.
theta_union_agg(sketch [, lgNomEntries]) — A theta sketch of what any has seen.
tuple_difference_double(sketch, sketch) — A tuple sketch (doubles) of the keys of the first that are not in the second.
tuple_difference_theta_double(sketch, theta) — A tuple sketch (doubles) of the keys that are not in a theta sketch.
tuple_intersection_agg_double(sketch [, mode]) — A tuple sketch (doubles) of the keys that all have.
tuple_intersection_double(sketch, sketch [, mode]) — A tuple sketch (doubles) of the keys that both have.
tuple_intersection_theta_double(sketch, theta [, mode]) — A tuple sketch (doubles) of the keys that are in a theta sketch too.
tuple_sketch_agg_double(key, summary [, lgNomEntries [, mode]]) — A tuple sketch (doubles) of the different keys with their summaries by mode: sum, min, max or alwaysone.
tuple_sketch_estimate_double(sketch) — About how many different keys a tuple sketch (doubles) has seen.
tuple_sketch_summary_double(sketch [, mode]) — The summaries of a tuple sketch (doubles) as one number.
tuple_sketch_theta_double(sketch) — Which part of all keys a tuple sketch (doubles) keeps; 1 while it is exact.
tuple_union_agg_double(sketch [, lgNomEntries [, mode]]) — A tuple sketch (doubles) of the keys that any has.
tuple_union_double(sketch, sketch [, lgNomEntries [, mode]]) — A tuple sketch (doubles) of the keys that either has.
tuple_union_theta_double(sketch, theta [, lgNomEntries [, mode]]) — A tuple sketch (doubles) of the keys that it or a theta sketch has.
tuple_difference_integer(sketch, sketch) — A tuple sketch (ints) of the keys of the first that are not in the second.
tuple_difference_theta_integer(sketch, theta) — A tuple sketch (ints) of the keys that are not in a theta sketch.
tuple_intersection_agg_integer(sketch [, mode]) — A tuple sketch (ints) of the keys that all have.
tuple_intersection_integer(sketch, sketch [, mode]) — A tuple sketch (ints) of the keys that both have.
tuple_intersection_theta_integer(sketch, theta [, mode]) — A tuple sketch (ints) of the keys that are in a theta sketch too.
tuple_sketch_agg_integer(key, summary [, lgNomEntries [, mode]]) — A tuple sketch (ints) of the different keys with their summaries by mode: sum, min, max or alwaysone.
tuple_sketch_estimate_integer(sketch) — About how many different keys a tuple sketch (ints) has seen.
tuple_sketch_summary_integer(sketch [, mode]) — The summaries of a tuple sketch (ints) as one number.
tuple_sketch_theta_integer(sketch) — Which part of all keys a tuple sketch (ints) keeps; 1 while it is exact.
tuple_union_agg_integer(sketch [, lgNomEntries [, mode]]) — A tuple sketch (ints) of the keys that any has.
tuple_union_integer(sketch, sketch [, lgNomEntries [, mode]]) — A tuple sketch (ints) of the keys that either has.
tuple_union_theta_integer(sketch, theta [, lgNomEntries [, mode]]) — A tuple sketch (ints) of the keys that it or a theta sketch has.
`;
