/** Texts, regular expressions, encodings, URLs. */
export const stringTexts = `
ascii(text) — The code point of the first character.
base64(binary) — The bytes as base64.
bit_length(value) — How many bits the bytes have.
btrim(text [, characters]) — The text without blanks, or the characters, at both ends.
chr(number) — The character of a code from 0 to 255.
collate(text, name) — The text under another collation.
collation(text) — The name of the text's collation.
collations() — A table of the collations that there are.
concat_ws(separator, text | array, …) — The texts that are not null, joined.
contains(text, part) — Whether the part stands in the text.
decode(binary, charset) — Bytes as text; decode(value, search, result, …, default) chooses a result.
elt(index, value, …) — The value at an index from 1.
encode(text, charset) — The text as bytes.
endswith(text, part) — Whether the text ends so.
find_in_set(text, list) — Where a text stands in a list separated by commas, from 1, or 0.
format_number(number, places) — The number with groups of thousands and so many places.
format_string(format, value, …) — The values put into a Java format such as %d %s.
initcap(text) — The first letter of each word in upper case, the others in lower case.
instr(text, part) — Where the part first stands, from 1, or 0.
is_valid_utf8(value) — Whether the bytes are UTF-8.
jaro_winkler_similarity(a, b) — How alike two texts are, from 0 to 1.
left(text, count) — So many characters from the left.
length(value) — How many characters, or bytes of a binary.
levenshtein(a, b [, most]) — How many edits lie between two texts; -1 beyond the limit.
locate(part, text [, from]) — Where the part stands at or behind a position, or 0.
lower(text) — In lower case.
lpad(text, length [, pad]) — Filled or cut at the left to a length.
ltrim(text) — Without blanks at the left.
luhn_check(digits) — Whether the digits end with the right Luhn check digit.
make_valid_utf8(value) — The text with the replacement character for what is not UTF-8.
mask(text [, upper [, lower [, digit [, other]]]]) — Letters and digits replaced by placeholders.
octet_length(value) — How many bytes.
overlay(text, replacement, position [, length]) — The text with a stretch replaced.
quote(text) — The text in single quotes, with escapes.
randstr(length [, seed]) — A random text of letters and digits.
repeat(text, count) — The text so many times.
replace(text, part [, by]) — Every occurrence of the part replaced.
right(text, count) — So many characters from the right.
rpad(text, length [, pad]) — Filled or cut at the right to a length.
rtrim(text) — Without blanks at the right.
sentences(text) — The words of each sentence.
soundex(text) — The Soundex code.
space(count) — So many blanks.
split_part(text, separator, index) — A part of a text that is split, from 1 or from the end.
startswith(text, part) — Whether the text begins so.
substring(text, position [, length]) — A stretch of the text, from 1 or from the end.
substring_index(text, separator, count) — What stands before so many separators.
to_char(value, format) — A number, moment or binary as text by a format.
to_number(text, format) — The decimal in a text, by a number format.
translate(text, from, to) — Characters replaced one by one.
trim(text) — Without blanks at both ends.
try_to_number(text, format) — As to_number, null when the text does not fit.
try_validate_utf8(value) — The text, null when it is not UTF-8.
upper(text) — In upper case.
validate_utf8(value) — The text; an error when it is not UTF-8.
like := text LIKE pattern [ESCAPE character] — Whether the text fits a pattern with % and _.
ilike := text ILIKE pattern [ESCAPE character] — As LIKE, in any case.
rlike(text, pattern) — Whether a regular expression finds something.
regexp_count(text, pattern) — How often a regular expression finds something.
regexp_escape(text) — The text as a pattern that finds just it.
regexp_extract(text, pattern [, group]) — The group of the first match, or an empty text.
regexp_extract_all(text, pattern [, group]) — The group of every match.
regexp_instr(text, pattern) — Where the first match begins, from 1, or 0.
regexp_replace(text, pattern, replacement [, position]) — Every match replaced.
regexp_substr(text, pattern) — The first match, or null.
split(text, pattern [, limit]) — The parts between the matches.
to_binary(text [, format]) — Bytes from hex, base64 or utf-8.
try_to_binary(text [, format]) — As to_binary, null when the text does not fit.
to_base32(binary) — The bytes as base32.
from_base32(text) — The bytes that base32 stands for.
unbase64(text) — The bytes that base64 stands for.
parse_url(url, part [, key]) — A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY, USERINFO.
try_parse_url(url, part [, key]) — As parse_url, null for what is no URL.
url_decode(text) — Without percent encoding.
try_url_decode(text) — As url_decode, null when it is malformed.
url_encode(text) — Percent encoding of a form.
`;
