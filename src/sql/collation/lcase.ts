/**
 * String functions under UTF8_LCASE, by code points in lower case (Spark's `CollationAwareUTF8String`). `İ` is the only
 * letter that becomes two; a match never ends inside it.
 */

const DOTTED_I = 0x130;
const DOT = 0x307;

type Points = readonly number[];

function points(text: string): number[] {
  return Array.from(text).map((char) => char.codePointAt(0) ?? 0);
}

function textOf(all: Points): string {
  return String.fromCodePoint(...all);
}

const lowered = new Map<number, number>();

function lower(point: number): number {
  if (point === 0x3c2) return 0x3c3;
  let found = lowered.get(point);
  if (found === undefined) {
    const [only = point, more] = points(String.fromCodePoint(point).toLowerCase());
    found = more === undefined ? only : point;
    lowered.set(point, found);
  }
  return found;
}

/** The text in lower case, as it is compared. */
function lowerPoints(text: string): number[] {
  return points(text).flatMap((point) => (point === DOTTED_I ? [0x69, DOT] : [lower(point)]));
}

/** How many code points of `text` from `start` on match all of `pattern` (in lower case), or -1. */
function matchLength(text: Points, pattern: Points, start: number): number {
  let at = start;
  let matched = 0;
  while (matched < pattern.length) {
    const point = text[at];
    if (point === undefined) return -1;
    at += 1;
    if (point === DOTTED_I) {
      if (pattern[matched] !== 0x69 || pattern[matched + 1] !== DOT) return -1;
      matched += 2;
    } else {
      if (lower(point) !== pattern[matched]) return -1;
      matched += 1;
    }
  }
  return at - start;
}

interface Match {
  readonly at: number;
  readonly length: number;
}

function find(text: Points, pattern: Points, from: number): Match | undefined {
  for (let at = from; at <= text.length; at += 1) {
    const length = matchLength(text, pattern, at);
    if (length >= 0) return { at, length };
  }
  return undefined;
}

function findLast(text: Points, pattern: Points, before: number): Match | undefined {
  for (let at = before; at >= 0; at -= 1) {
    const length = matchLength(text, pattern, at);
    if (length >= 0 && at + length <= before) return { at, length };
  }
  return undefined;
}

export function lcaseContains(text: string, part: string): boolean {
  return find(points(text), lowerPoints(part), 0) !== undefined;
}

export function lcaseStartsWith(text: string, part: string): boolean {
  return matchLength(points(text), lowerPoints(part), 0) >= 0;
}

export function lcaseEndsWith(text: string, part: string): boolean {
  const all = points(text);
  const found = findLast(all, lowerPoints(part), all.length);
  return found !== undefined && endsAt(all, lowerPoints(part));
}

function endsAt(all: Points, pattern: Points): boolean {
  for (let at = all.length; at >= 0; at -= 1) if (matchLength(all, pattern, at) === all.length - at) return true;
  return false;
}

/** The position of `part` from 1, at or behind `from` (from 1), or 0. */
export function lcaseLocate(part: string, text: string, from: number): number {
  if (from < 1) return 0;
  const all = points(text);
  if (part === "") return 1;
  const found = find(all, lowerPoints(part), from - 1);
  return found === undefined ? 0 : found.at + 1;
}

export function lcaseReplace(text: string, part: string, by: string): string {
  if (text === "" || part === "") return text;
  return pieces(text, part).join(by);
}

/** What stands between the matches. */
function pieces(text: string, part: string): string[] {
  const all = points(text);
  const pattern = lowerPoints(part);
  const out: string[] = [];
  let from = 0;
  for (;;) {
    const found = find(all, pattern, from);
    if (found === undefined || found.at >= all.length) break;
    out.push(textOf(all.slice(from, found.at)));
    from = found.at + found.length;
  }
  out.push(textOf(all.slice(from)));
  return out;
}

/** The part with this number from 1, from the end when negative; empty where there is none. */
export function lcaseSplitPart(text: string, part: string, number: number): string {
  const all = part === "" ? [text] : pieces(text, part);
  return all[number > 0 ? number - 1 : all.length + number] ?? "";
}

/** What stands before the `count`th match, or behind the `-count`th from the end. */
export function lcaseSubstringIndex(text: string, part: string, count: number): string {
  if (part === "" || count === 0) return "";
  const all = points(text);
  const pattern = lowerPoints(part);
  let left = Math.abs(count);
  if (count > 0) {
    let from = 0;
    for (;;) {
      const found = find(all, pattern, from);
      if (found === undefined) return text;
      left -= 1;
      if (left === 0) return textOf(all.slice(0, found.at));
      from = found.at + 1;
    }
  }
  let before = all.length;
  for (;;) {
    const found = findLast(all, pattern, before);
    if (found === undefined) return text;
    left -= 1;
    if (left === 0) return textOf(all.slice(found.at + found.length));
    before = found.at + found.length - 1;
  }
}

/** The position from 1 in a list with commas, 0 when it is not there or holds a comma itself. */
export function lcaseFindInSet(part: string, list: string): number {
  if (part.includes(",")) return 0;
  const wanted = textOf(lowerPoints(part));
  return list.split(",").findIndex((each) => textOf(lowerPoints(each)) === wanted) + 1;
}

/** Characters by others, whatever their case; those without a counterpart go. */
export function lcaseTranslate(text: string, from: string, to: string): string {
  const targets = Array.from(to);
  const table = new Map<number, string>();
  for (const [index, point] of points(from).entries()) {
    const key = keyOf(point);
    if (!table.has(key)) table.set(key, targets[index] ?? "");
  }
  return units(text, table.has(DOTTED_I))
    .map(({ key, own }) => table.get(key) ?? own)
    .join("");
}

/** The text without the given characters, in any case, at the ends that `sides` names. */
export function lcaseTrim(text: string, chars: string, sides: "both" | "left" | "right"): string {
  const wanted = new Set(points(chars).map(keyOf));
  const all = units(text, wanted.has(DOTTED_I));
  const goes = (at: number): boolean => wanted.has(all[at]?.key ?? -1);
  let [start, end] = [0, all.length];
  if (sides !== "right") while (start < end && goes(start)) start += 1;
  if (sides !== "left") while (end > start && goes(end - 1)) end -= 1;
  return all
    .slice(start, end)
    .map(({ own }) => own)
    .join("");
}

interface Unit {
  readonly key: number;
  readonly own: string;
}

/** `İ` stands for itself, everything else for its lower case. */
function keyOf(point: number): number {
  return point === DOTTED_I ? DOTTED_I : lower(point);
}

/** The characters of a text; where `İ` counts, so does an `i` with a dot above. */
function units(text: string, dotted: boolean): Unit[] {
  const all = points(text);
  const out: Unit[] = [];
  for (let at = 0; at < all.length; at += 1) {
    const point = all[at] ?? 0;
    if (dotted && lower(point) === 0x69 && point !== DOTTED_I && all[at + 1] === DOT) {
      out.push({ key: DOTTED_I, own: textOf([point, DOT]) });
      at += 1;
    } else out.push({ key: keyOf(point), own: textOf([point]) });
  }
  return out;
}
