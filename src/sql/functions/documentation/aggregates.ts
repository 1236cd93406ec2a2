/** Aggregates and window functions. */
export const aggregateTexts = `
any_value(value [, ignoreNulls]) — Some value of the group; with ignoreNulls one that is not null.
approx_count_distinct(value [, error]) — About how many different values there are. Approximate: another estimate than Spark's.
avg(number) — The mean of the values that are not null.
bit_and(number) — Bitwise AND of all values.
bit_or(number) — Bitwise OR of all values.
bit_xor(number) — Bitwise exclusive OR of all values.
bool_and(condition) — Whether the condition holds for every row.
bool_or(condition) — Whether the condition holds for some row.
collect_list(value) — All values that are not null, in an array.
collect_set(value) — The different values that are not null, in an array without order.
corr(y, x) — Pearson's correlation of two columns.
count(* | value, …) — How many rows there are, or rows where no value is null.
count_if(condition) — How many rows fulfil the condition.
covar_pop(y, x) — Covariance of the whole population.
covar_samp(y, x) — Covariance estimated from a sample.
first(value [, ignoreNulls]) — The value of the first row.
grouping(column) — 1 where the column is rolled up in this row, else 0.
grouping_id(column, …) — The grouping() of several columns as one number.
kurtosis(number) — How heavy the tails are, as excess over the normal distribution.
last(value [, ignoreNulls]) — The value of the last row.
listagg(text [, separator]) — The texts one after another; WITHIN GROUP (ORDER BY …) gives the order.
max(value) — The largest value.
max_by(value, key [, count]) — The value in the row with the largest key, or an array of the first ones.
median(number) — The middle value, interpolated.
min(value) — The smallest value.
min_by(value, key [, count]) — The value in the row with the smallest key, or an array of the first ones.
mode(value [, deterministic]) — The most frequent value; of several the smallest.
histogram_numeric(value, bins) — The values with how often each occurs, as long as there are no more than bins.
percentile(number, fraction) — The exact percentile, interpolated; several for an array of fractions.
percentile_approx(number, fraction [, accuracy]) — A value at the percentile. Computed exactly here.
percentile_cont(fraction) — The interpolated percentile of WITHIN GROUP (ORDER BY …).
percentile_disc(fraction) — The first value at or behind the percentile of WITHIN GROUP (ORDER BY …).
regr_avgx(y, x) — Mean of x over the pairs without nulls.
regr_avgy(y, x) — Mean of y over the pairs without nulls.
regr_count(y, x) — How many pairs there are without nulls.
regr_intercept(y, x) — Where the line of least squares crosses the y axis.
regr_r2(y, x) — How much of the variance the line of least squares explains.
regr_slope(y, x) — The slope of the line of least squares.
regr_sxx(y, x) — Sum of squared distances of x from its mean.
regr_sxy(y, x) — Sum of products of the distances of both from their means.
regr_syy(y, x) — Sum of squared distances of y from its mean.
skewness(number) — How lopsided the distribution is.
stddev(number) — Standard deviation estimated from a sample.
stddev_pop(number) — Standard deviation of the whole population.
sum(number) — The sum; an overflow is an error in ANSI mode.
try_avg(number) — The mean, null when it overflows.
try_sum(number) — The sum, null when it overflows.
var_pop(number) — Variance of the whole population.
variance(number) — Variance estimated from a sample.
bitmap_and_agg(bitmap) — Bitwise AND of bitmaps.
bitmap_construct_agg(position) — A bitmap with the given positions set.
bitmap_or_agg(bitmap) — Bitwise OR of bitmaps.
vector_avg(vector) — The mean of vectors, place by place.
vector_sum(vector) — The sum of vectors, place by place.
cume_dist() — The share of rows up to this one.
dense_rank() — The rank without gaps behind ties.
lag(value [, offset [, default]]) — The value some rows before.
lead(value [, offset [, default]]) — The value some rows after.
nth_value(value, n) — The value of the n-th row of the frame.
ntile(buckets) — Which of so many equal buckets the row falls in.
percent_rank() — The rank as a fraction from 0 to 1.
rank() — The rank with gaps behind ties.
row_number() — The number of the row, from 1.
`;
