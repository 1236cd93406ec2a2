/** Sketches of Apache DataSketches. */
export const sketchTexts = `
hll_sketch_agg(value [, lgConfigK]) — An HLL sketch of the different values, in the bytes of Apache DataSketches.
hll_sketch_estimate(sketch) — About how many different values an HLL sketch has seen.
hll_union(sketch, sketch [, allowDifferentLgConfigK]) — One HLL sketch of what two have seen.
hll_union_agg(sketch [, allowDifferentLgConfigK]) — One HLL sketch of what all have seen.
theta_difference(sketch, sketch) — A theta sketch of what the first has seen and the second has not.
theta_intersection(sketch, sketch) — A theta sketch of what both have seen.
theta_intersection_agg(sketch) — A theta sketch of what all have seen.
theta_sketch_agg(value [, lgNomEntries]) — A theta sketch of the different values, in the bytes of Apache DataSketches.
theta_sketch_estimate(sketch) — About how many different values a theta sketch has seen.
theta_union(sketch, sketch [, lgNomEntries]) — A theta sketch of what either has seen.
theta_union_agg(sketch [, lgNomEntries]) — A theta sketch of what any has seen.
`;
