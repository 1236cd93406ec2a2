/** Dates, times of day, timestamps and intervals. */
export const dateTexts = `
add_months(date, months) — The date so many months later.
convert_timezone([from,] to, timestamp) — A local time of one zone as the local time of another.
current_date() — The date on which the statement began, in the session's zone.
current_time([precision]) — The time of day at which the statement began, in the session's zone.
current_timestamp() — The moment at which the statement began.
current_timezone() — The session's time zone.
date_add(date, days) — The date so many days later; with a unit as timestampadd.
date_format(timestamp, pattern) — The moment as text by a Java pattern.
date_from_unix_date(days) — The date so many days after 1970-01-01.
date_sub(date, days) — The date so many days earlier.
date_trunc(unit, timestamp) — The beginning of the unit that the moment lies in.
datediff(end, start) — How many days lie between; with a unit as timestampdiff.
day(date) — The day of the month.
dayname(date) — The short English name of the weekday.
dayofweek(date) — The weekday, 1 for Sunday.
dayofyear(date) — The day of the year.
extract(field FROM source) — A field of a date, timestamp or interval.
from_unixtime(seconds [, pattern]) — Seconds since 1970 as text.
from_utc_timestamp(timestamp, zone) — A moment of UTC as the clock of the zone shows it.
hour(timestamp) — The hour.
last_day(date) — The last day of the month.
localtimestamp() — The local time at which the statement began.
make_date(year, month, day) — A date of its parts.
make_dt_interval([days [, hours [, minutes [, seconds]]]]) — A day-time interval of its parts.
make_interval([years [, months [, weeks [, days [, hours [, minutes [, seconds]]]]]]]) — A calendar interval of its parts.
make_time(hour, minute, second) — A time of day of its parts.
make_timestamp(year, month, day, hour, minute, second [, zone]) — A timestamp of its parts, or of a date, a time and perhaps a zone.
make_timestamp_ltz(year, month, day, hour, minute, second [, zone]) — A timestamp of its parts, or of a date, a time and perhaps a zone.
make_timestamp_ntz(year, month, day, hour, minute, second) — A local timestamp of its parts, or of a date and a time.
make_ym_interval([years [, months]]) — A year-month interval of its parts.
minute(timestamp) — The minute.
month(date) — The month.
monthname(date) — The short English name of the month.
months_between(end, start [, round]) — How many months lie between, with a fraction.
next_day(date, weekday) — The next such weekday after the date.
now() — The moment at which the statement began.
quarter(date) — The quarter.
second(timestamp) — The second.
session_window(timestamp, gap) — The session, a stretch without a gap of this length, that the moment lies in: a struct of start and end.
time_bucket(width, timestamp [, origin]) — The beginning of the stretch of this width that the moment lies in.
time_diff(unit, start, end) — How many whole units lie between two times of day.
time_from_micros(number) — The time of day so many microseconds after midnight.
time_from_millis(number) — The time of day so many milliseconds after midnight.
time_from_seconds(number) — The time of day so many seconds after midnight.
time_to_micros(time) — Microseconds since midnight.
time_to_millis(time) — Milliseconds since midnight.
time_to_seconds(time) — Seconds since midnight, with their fraction.
time_trunc(unit, time) — The beginning of the unit that the time of day lies in.
timestamp_micros(number) — The moment so many microseconds after 1970.
timestamp_millis(number) — The moment so many milliseconds after 1970.
timestamp_seconds(number) — The moment so many seconds after 1970.
timestampadd(unit, count, timestamp) — The moment so many units later.
timestampdiff(unit, start, end) — How many whole units lie between.
to_date(text [, pattern]) — A date from text.
to_time(text [, pattern]) — A time of day from text.
to_timestamp(text [, pattern]) — A timestamp from text.
to_timestamp_ltz(text [, pattern]) — A timestamp from text.
to_timestamp_ntz(text [, pattern]) — A local timestamp from text.
to_utc_timestamp(timestamp, zone) — A local time of the zone as UTC.
trunc(date, unit) — The first day of the unit that the date lies in.
try_make_interval([years, …]) — As make_interval, null when it overflows.
try_make_timestamp(year, month, day, hour, minute, second [, zone]) — As make_timestamp, null for what does not exist.
try_make_timestamp_ltz(year, month, day, hour, minute, second [, zone]) — As make_timestamp_ltz, null for what does not exist.
try_make_timestamp_ntz(year, month, day, hour, minute, second) — As make_timestamp_ntz, null for what does not exist.
try_to_date(text [, pattern]) — A date from text, null when it does not fit.
try_to_time(text [, pattern]) — A time of day from text, null when it does not fit.
try_to_timestamp(text [, pattern]) — A timestamp from text, null when it does not fit.
unix_date(date) — Days since 1970-01-01.
unix_micros(timestamp) — Microseconds since 1970.
unix_millis(timestamp) — Milliseconds since 1970.
unix_seconds(timestamp) — Seconds since 1970.
unix_timestamp([text [, pattern]]) — Seconds since 1970, of now or of a text.
weekday(date) — The weekday, 0 for Monday.
weekofyear(date) — The week of the year, by ISO 8601.
window(timestamp, duration [, slide [, start]]) — The windows of time that the moment lies in: structs of start and end.
window_time(window) — The last moment of a window.
year(date) — The year.
`;
