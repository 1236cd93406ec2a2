import { Random, type Weighted } from "./random.ts";
import {
  ADJECTIVES,
  CAST_SIZE,
  COUNTRIES,
  COUNTRY_COUNT,
  DIRECTOR_COUNT,
  ENDINGS,
  FIRST_NAMES,
  GENRE_COUNT,
  HEROES,
  LAST_NAMES,
  MOVIE_GENRES,
  NICKNAMES,
  NOUNS,
  PLACES,
  RATINGS,
  SEASONS,
  SHOW_GENRES,
  SLOGANS,
  SUBTITLES,
  TURNS,
  YEARS_ADDED,
} from "./vocabulary.ts";

/** The five files of the source, by the name they have there. */
export const SAMPLE_FILES = [
  "netflix_titles.csv",
  "netflix_cast.csv",
  "netflix_category.csv",
  "netflix_countries.csv",
  "netflix_directors.csv",
] as const;

export type SampleFile = (typeof SAMPLE_FILES)[number];

/** A piece of each file: whole lines, to be appended in order. */
export type SampleChunk = Readonly<Record<SampleFile, string>>;

/** Titles at scale 1, broken ones not counted: what the real file has. */
const TITLES = 6232;
const TITLES_PER_CHUNK = 2000;
const BOM = "\uFEFF";

/**
 * The sample, `scale` times the size of the real files: the same columns, proportions and dirt (byte order mark, CRLF,
 * doubled quotes, titles broken across two lines, values with a comma at the end, a duplicate cast and director,
 * empty cells). Given one seed it is the same, byte for byte, everywhere.
 */
export function* generateSample(options: { readonly scale: number; readonly seed?: number }): Generator<SampleChunk> {
  const random = new Random(options.seed ?? 20200118);
  const titles = Math.max(4, Math.round(TITLES * options.scale));
  const broken = Math.max(1, Math.round(2 * options.scale));
  const brokenEvery = Math.floor(titles / broken);
  const people = new People(random, options.scale);
  let lines = headers();
  for (let index = 0; index < titles; index += 1) {
    const title = makeTitle(random, index);
    addTitle(lines, random, title, index);
    addLookups(lines, random, people, title);
    const block = Math.floor(index / brokenEvery);
    if (index % brokenEvery === Math.floor(brokenEvery / 2) && block < broken)
      addBrokenTitle(lines, random, index, block);
    if (index === Math.floor(titles / 3)) addDuplicates(lines);
    if (index % TITLES_PER_CHUNK === TITLES_PER_CHUNK - 1) {
      yield chunk(lines);
      lines = empty();
    }
  }
  yield chunk(lines);
}

type Lines = Record<SampleFile, string[]>;

interface Title {
  readonly id: number;
  readonly isMovie: boolean;
}

function empty(): Lines {
  return {
    "netflix_titles.csv": [],
    "netflix_cast.csv": [],
    "netflix_category.csv": [],
    "netflix_countries.csv": [],
    "netflix_directors.csv": [],
  };
}

function headers(): Lines {
  return {
    "netflix_titles.csv": [
      `${BOM}duration_minutes,duration_seasons,type,title,date_added,release_year,rating,description,show_id`,
    ],
    "netflix_cast.csv": [`${BOM}cast,show_id`],
    "netflix_category.csv": [`${BOM}listed_in,show_id`],
    "netflix_countries.csv": [`${BOM}country,show_id`],
    "netflix_directors.csv": [`${BOM}director,show_id`],
  };
}

function chunk(lines: Lines): SampleChunk {
  const text = (file: SampleFile): string => lines[file].map((line) => `${line}\r\n`).join("");
  return {
    "netflix_titles.csv": text("netflix_titles.csv"),
    "netflix_cast.csv": text("netflix_cast.csv"),
    "netflix_category.csv": text("netflix_category.csv"),
    "netflix_countries.csv": text("netflix_countries.csv"),
    "netflix_directors.csv": text("netflix_directors.csv"),
  };
}

function makeTitle(random: Random, index: number): Title {
  return { id: 60_000_000 + index * 29 + random.between(0, 28), isMovie: random.chance(0.684) };
}

function addTitle(lines: Lines, random: Random, title: Title, index: number): void {
  const added = YEARS_ADDED.draw(random);
  const [year, date] = dates(random, added);
  lines["netflix_titles.csv"].push(
    csv([
      title.isMovie ? String(random.normal(99, 28, 3, 312)) : "",
      title.isMovie ? "" : String(SEASONS.draw(random)),
      title.isMovie ? "Movie" : "TV Show",
      name(random, index),
      random.chance(0.0018) ? "" : date,
      String(year),
      random.chance(0.0016) ? "" : RATINGS.draw(random),
      description(random),
      String(title.id),
    ]),
  );
}

function addLookups(lines: Lines, random: Random, people: People, title: Title): void {
  const id = String(title.id);
  const genres = title.isMovie ? MOVIE_GENRES : SHOW_GENRES;
  const add = (file: SampleFile, values: readonly string[]): void => {
    for (const value of values) lines[file].push(csv([value, id]));
  };
  add("netflix_category.csv", some(random, genres, GENRE_COUNT));
  if (random.chance(0.924)) {
    const countries = some(random, COUNTRIES, COUNTRY_COUNT);
    add(
      "netflix_countries.csv",
      countries.map((each) => (random.chance(0.0004) ? `${each},` : each)),
    );
  }
  const directors = random.chance(title.isMovie ? 0.96 : 0.09) ? people.directors(DIRECTOR_COUNT.draw(random)) : [];
  if (random.chance(0.909)) add("netflix_cast.csv", people.cast(CAST_SIZE.draw(random), directors[0]).map(personName));
  add("netflix_directors.csv", directors.map(personName));
}

function some(random: Random, from: Weighted<string>, count: Weighted<number>): string[] {
  return from.drawSome(random, count.draw(random));
}

/** One title that a stray line break has cut in two, in its title or in its description by turns. */
function addBrokenTitle(lines: Lines, random: Random, index: number, turn: number): void {
  const id = String(90_000_000 + index);
  if (turn % 2 === 0) {
    lines["netflix_titles.csv"].push("40,,Movie,The Long Road: A Story of a,,,,,");
    const story = `This documentary follows ${random.pick(HEROES)} who ${random.pick(TURNS)}.`;
    lines["netflix_titles.csv"].push(csv(['Paper Airplane"', "3/31/2017", "1944", "TV-PG", story, id, "", "", ""]));
  } else {
    const story = `In this comedy ${random.pick(HEROES)} ${random.pick(TURNS)}, where anything could happen –`;
    lines["netflix_titles.csv"].push(
      csv(["87", "", "Movie", "The Class Trip", "12/15/2018", "2015", "TV-MA", story, ""]),
    );
    lines["netflix_titles.csv"].push(`" and probably will.""",${id},,,,,,,`);
  }
}

function addDuplicates(lines: Lines): void {
  for (const file of ["netflix_cast.csv", "netflix_directors.csv"] as const) {
    const line = lines[file].at(-1);
    if (line !== undefined) lines[file].push(line);
  }
}

/** When it came out, and when it was added as M/D/YYYY: most are added within two years. */
function dates(random: Random, added: number): [number, string] {
  let age = 0;
  while (age < 90 && random.chance(age < 3 ? 0.6 : 0.86)) age += 1;
  const month = added === 2020 ? 1 : random.between(1, 12);
  const day = added === 2020 ? random.between(1, 18) : random.between(1, 28);
  return [Math.max(1925, added - age), `${month}/${day}/${added}`];
}

function name(random: Random, index: number): string {
  const core = random.pick([
    () => `The ${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`,
    () => `${random.pick(NOUNS)} of ${random.pick(PLACES)}`,
    () => `${random.pick(ADJECTIVES)} ${random.pick(NOUNS)}`,
    () => `${random.pick(FIRST_NAMES)} and the ${random.pick(NOUNS)}`,
    () => `${random.pick(PLACES)} ${random.pick(NOUNS)}`,
  ])();
  if (random.chance(0.162)) return `${core}: ${random.pick(SUBTITLES)}`;
  if (random.chance(0.019)) return `${core}, ${random.pick(PLACES)}`;
  if (random.chance(0.0005)) return `"${core}"`;
  return index % 9 === 0 ? `${core} ${random.between(2, 9)}` : core;
}

function description(random: Random): string {
  const hero = random.pick(HEROES);
  const start = `${hero.charAt(0).toUpperCase()}${hero.slice(1)}`;
  const place = `In ${random.pick(PLACES)}, ${hero}`;
  const middle = `${random.chance(0.5) ? start : place} ${random.pick(TURNS)} ${random.pick(ENDINGS)}`;
  if (random.chance(0.039)) return `${middle}: they call it "${random.pick(SLOGANS)}" for a reason.`;
  return random.chance(0.4) ? `${middle}, until ${random.pick(HEROES)} arrives.` : `${middle}.`;
}

/**
 * Cast and directors, by number: a few work all the time, most once or twice, and a director comes back to the same
 * actors. The pool grows with the scale.
 */
class People {
  readonly #random: Random;
  readonly #poolFactor: number;

  constructor(random: Random, scale: number) {
    this.#random = random;
    this.#poolFactor = Math.max(1, Math.ceil(scale / 2));
  }

  directors(count: number): number[] {
    return this.#people(new Set(), count, 1.25, 4_000);
  }

  cast(count: number, director: number | undefined): number[] {
    const chosen = new Set<number>();
    if (director !== undefined && this.#random.chance(0.25)) {
      const familiar = Math.min(count, this.#random.between(1, 4));
      for (let place = 0; place < familiar; place += 1) chosen.add(director * 7 + 11 * this.#random.between(1, 6));
    }
    return this.#people(chosen, count, 1.35, 27_000);
  }

  #people(chosen: Set<number>, count: number, skew: number, pool: number): number[] {
    for (let attempt = 0; chosen.size < count && attempt < count * 4; attempt += 1) {
      chosen.add(Math.floor(this.#random.unit() ** skew * pool * this.#poolFactor));
    }
    return [...chosen];
  }
}

/** The name of the person with a number, one name a person. */
function personName(number: number): string {
  const first = FIRST_NAMES[(number * 31) % FIRST_NAMES.length] ?? FIRST_NAMES[0];
  const last = LAST_NAMES[Math.floor(number / FIRST_NAMES.length) % LAST_NAMES.length] ?? LAST_NAMES[0];
  const family = Math.floor(number / (FIRST_NAMES.length * LAST_NAMES.length));
  const middle = family === 0 ? "" : ` ${initials(family)}`;
  if (number % 2999 === 17)
    return `${first} "${NICKNAMES[number % NICKNAMES.length] ?? NICKNAMES[0]}"${middle} ${last}`;
  return `${first}${middle} ${last}`;
}

function initials(number: number): string {
  const letter = String.fromCharCode(65 + (number % 26));
  return number < 26 ? `${letter}.` : `${initials(Math.floor(number / 26))}${letter}.`;
}

/** One line as RFC 4180 writes it: quotes only where they are needed, and doubled inside. */
function csv(values: readonly string[]): string {
  return values.map((value) => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(",");
}
