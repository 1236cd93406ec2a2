import { simpleString, type DayTimeField, type IntervalType, type YearMonthField } from "../../core/data-type.ts";

const YEAR_MONTH: readonly YearMonthField[] = ["year", "month"];
const DAY_TIME: readonly DayTimeField[] = ["day", "hour", "minute", "second"];

const TYPES: ReadonlyMap<string, IntervalType> = new Map(
  [
    ...pairs(YEAR_MONTH).map(([start, end]): IntervalType => ({ kind: "interval_year_month", start, end })),
    ...pairs(DAY_TIME).map(([start, end]): IntervalType => ({ kind: "interval_day_time", start, end })),
  ].map((type) => [simpleString(type), type]),
);

/** The type of `interval day to second` and its kin. Throws `TypeError` for other names. */
export function intervalTypeOf(name: string): IntervalType {
  const type = TYPES.get(name);
  if (type === undefined) throw new TypeError(`No interval type: ${name}`);
  return type;
}

function pairs<Field>(fields: readonly Field[]): [Field, Field][] {
  return fields.flatMap((start, index) => fields.slice(index).map((end): [Field, Field] => [start, end]));
}
