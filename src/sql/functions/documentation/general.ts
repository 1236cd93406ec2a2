/** Operators, mathematics, conditions, hashes, conversions, the session. */
export const generalTexts = `
+ := a + b — Sum; of a date and days or an interval, of two intervals.
- := a - b — Difference.
* := a * b — Product.
/ := a / b — Quotient as DOUBLE or DECIMAL; by zero is an error in ANSI mode.
% := a % b — Remainder with the sign of a.
div := a div b — Integral quotient.
negative := -a — The negative.
positive := +a — The value itself.
pmod(a, b) — Remainder that is never negative for a positive b.
try_add(a, b) — Sum, null when it overflows.
try_subtract(a, b) — Difference, null when it overflows.
try_multiply(a, b) — Product, null when it overflows.
try_divide(a, b) — Quotient, null by zero.
try_mod(a, b) — Remainder, null by zero.
= := a = b — Equal.
<=> := a <=> b — Equal, null being equal to null.
< := a < b — Less.
<= := a <= b — Less or equal.
> := a > b — Greater.
>= := a >= b — Greater or equal.
equal_null(a, b) — Equal, null being equal to null.
in := a IN (value, …) — Whether a is one of the values.
and := a AND b — Both.
or := a OR b — Either.
! := NOT a — Not.
isnull := a IS NULL — Whether it is null.
isnotnull := a IS NOT NULL — Whether it is not null.
isnan(number) — Whether it is not a number.
& := a & b — Bitwise AND.
| := a | b — Bitwise OR.
^ := a ^ b — Bitwise exclusive OR.
~ := ~a — Bitwise NOT.
shiftleft(number, bits) — Bits shifted to the left.
shiftright(number, bits) — Bits shifted to the right, with the sign.
shiftrightunsigned(number, bits) — Bits shifted to the right, zeros coming in.
bit_count(number) — How many bits are set.
bit_get(number, position) — The bit at a position from 0.
coalesce(value, …) — The first that is not null.
if(condition, then, else) — One of two values.
nullif(a, b) — a, or null when both are equal.
nullifzero(number) — The number, or null for zero.
nvl(a, b) — a, or b when a is null.
nvl2(a, b, c) — b when a is not null, else c.
zeroifnull(number) — The number, or zero for null.
nanvl(a, b) — a, or b when a is not a number.
abs(number) — Without the sign.
acos(x) — Arc cosine.
acosh(x) — Inverse hyperbolic cosine.
asin(x) — Arc sine.
asinh(x) — Inverse hyperbolic sine.
atan(x) — Arc tangent.
atan2(y, x) — The angle of a point.
atanh(x) — Inverse hyperbolic tangent.
bin(number) — The bits as text.
bround(number [, places]) — Rounded, a half to the even neighbour.
cbrt(x) — Cube root.
ceil(number [, places]) — Rounded up.
conv(text, from, to) — A number in another base.
cos(x) — Cosine.
cosh(x) — Hyperbolic cosine.
cot(x) — Cotangent.
csc(x) — Cosecant.
degrees(x) — Radians as degrees.
e() — Euler's number.
exp(x) — e to the power.
expm1(x) — e to the power, less 1.
factorial(n) — 1 to n multiplied, for n from 0 to 20.
floor(number [, places]) — Rounded down.
greatest(value, …) — The largest that is not null.
hex(value) — Number, text or bytes as hexadecimal digits.
hypot(x, y) — The length of the hypotenuse.
least(value, …) — The smallest that is not null.
ln(x) — Natural logarithm.
log([base,] x) — Logarithm.
log10(x) — Logarithm to base 10.
log1p(x) — Natural logarithm of 1 + x.
log2(x) — Logarithm to base 2.
pi() — The number pi.
pow(x, y) — x to the power of y.
radians(x) — Degrees as radians.
rand([seed]) — A random number from 0 to 1.
randn([seed]) — A random number of the standard normal distribution.
rint(x) — Rounded to a whole number, a half to the even one.
round(number [, places]) — Rounded, a half away from zero.
sec(x) — Secant.
sign(number) — -1, 0 or 1.
sin(x) — Sine.
sinh(x) — Hyperbolic sine.
sqrt(x) — Square root.
tan(x) — Tangent.
tanh(x) — Hyperbolic tangent.
unhex(text) — The bytes that hexadecimal digits stand for.
uniform(low, high [, seed]) — A random number between two.
width_bucket(value, low, high, count) — Which of so many equal buckets a value falls in.
crc32(binary) — The CRC-32 checksum.
hash(value, …) — Spark's 32-bit Murmur3 hash.
md5(binary) — The MD5 digest in hexadecimal.
sha(binary) — The SHA-1 digest in hexadecimal.
sha2(binary, bits) — A SHA-2 digest in hexadecimal.
xxhash64(value, …) — Spark's 64-bit xxHash.
bigint(value) — Cast to BIGINT.
binary(value) — Cast to BINARY.
boolean(value) — Cast to BOOLEAN.
date(value) — Cast to DATE.
decimal(value) — Cast to DECIMAL(10,0).
double(value) — Cast to DOUBLE.
float(value) — Cast to FLOAT.
int(value) — Cast to INT.
smallint(value) — Cast to SMALLINT.
string(value) — Cast to STRING.
time(value) — Cast to TIME.
timestamp(value) — Cast to TIMESTAMP.
tinyint(value) — Cast to TINYINT.
aes_decrypt(bytes, key [, mode [, padding [, aad]]]) — What AES encrypted.
aes_encrypt(bytes, key [, mode [, padding [, iv [, aad]]]]) — The bytes encrypted with AES.
try_aes_decrypt(bytes, key [, mode [, padding [, aad]]]) — As aes_decrypt, null when it fails.
assert_true(condition [, message]) — Null, or an error when the condition does not hold.
current_catalog() — The session's catalog.
current_path() — Where names of functions are looked for.
current_schema() — The session's schema.
current_user() — The name of the principal.
is_account_group_member(group) — Whether the principal is in a group.
monotonically_increasing_id() — A number for each row, growing.
raise_error(message) — An error with the message.
spark_partition_id() — Always 0: there is one partition.
typeof(value) — The name of the type.
uuid() — A random UUID.
`;
