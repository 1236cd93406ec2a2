import type { DocumentPath, SourceDocument } from "../core/document.ts";
import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { ProjectConfig } from "./config.ts";

/** Where a config came from: its file as messages show it, and for plain data its document. */
export interface ConfigPlace {
  readonly file: string;
  readonly document?: SourceDocument;
}

/** A config, checked: each setting known and of its kind. Throws `PROJECT_CONFIG_INVALID` at its place. */
export function checkConfig(value: unknown, place: ConfigPlace): ProjectConfig {
  if (!isRecord(value)) {
    throw problem(place, [], `${place.file} gives no project.`, "Its default export is defineProject({ … }).");
  }
  checkKeys(place, [], value, Object.keys(CHECKS), "project");
  for (const [key, check] of Object.entries(CHECKS)) {
    const setting = value[key];
    if (setting !== undefined && setting !== null) check(setting, [key], place);
  }
  return value;
}

type Check = (value: unknown, path: DocumentPath, place: ConfigPlace) => void;

const text: Check = (value, path, place) => {
  if (typeof value !== "string" || value === "") throw problem(place, path, `${shown(path)} is text.`);
};

const artefact: Check = (value, path, place) => {
  if (isRecord(value)) return;
  if (typeof value !== "string") throw problem(place, path, `${shown(path)} is a path, or the data itself.`);
};

const texts: Check = (value, path, place) => {
  if (!isRecord(value)) throw problem(place, path, `${shown(path)} is a mapping from names to text.`);
  for (const [key, each] of Object.entries(value)) text(each, [...path, key], place);
};

const CHECKS: Readonly<Record<keyof ProjectConfig, Check>> = {
  name: text,
  factory: artefact,
  bundle: artefact,
  bindings: texts,
  main(value, path, place) {
    const known = ["pipeline", "job", "parameters"];
    if (!isRecord(value)) throw problem(place, path, "`main` is `{ pipeline: <name> }` or `{ job: <key> }`.");
    checkKeys(place, path, value, known, "main run");
    if ("pipeline" in value === "job" in value) {
      throw problem(place, path, "`main` names either a `pipeline` or a `job`.");
    }
    text(value["pipeline"] ?? value["job"], [...path, "pipeline" in value ? "pipeline" : "job"], place);
    const { parameters } = value;
    if (parameters !== undefined && !isRecord(parameters)) {
      throw problem(place, [...path, "parameters"], "`parameters` is a mapping from names to values.");
    }
  },
  groups(value, path, place) {
    if (!isRecord(value)) throw problem(place, path, "`groups` is a mapping from groups to lists of members.");
    for (const [group, members] of Object.entries(value)) {
      if (Array.isArray(members) && members.every((each) => typeof each === "string" && each !== "")) continue;
      throw problem(place, [...path, group], `The members of \`${group}\` are a list of users and groups.`);
    }
  },
  options(value, path, place) {
    if (place.document !== undefined) {
      throw problem(place, path, "Options are code.", "Declare them in a boathouse.config.ts.", "key");
    }
    if (!isRecord(value)) throw problem(place, path, "`options` is a mapping from names to options.");
    for (const [name, option] of Object.entries(value)) {
      const own = [...path, name];
      if (!isRecord(option)) throw problem(place, own, `The option \`${name}\` is no option.`);
      checkKeys(place, own, option, ["description", "default", "variables", "prepare"], "option");
      text(option["description"], [...own, "description"], place);
      text(option["default"], [...own, "default"], place);
      if (typeof option["prepare"] !== "function") {
        throw problem(place, [...own, "prepare"], `The option \`${name}\` has no function \`prepare\`.`);
      }
    }
  },
  report(value, path, place) {
    if (!Array.isArray(value)) throw problem(place, path, "`report` is a list of queries.");
    for (const [index, query] of value.entries()) {
      const own = [...path, index];
      if (!isRecord(query)) throw problem(place, own, "A query of `report` has a `title` and its `sql`.");
      checkKeys(place, own, query, ["title", "sql"], "query of the report");
      text(query["title"], [...own, "title"], place);
      text(query["sql"], [...own, "sql"], place);
    }
  },
};

function checkKeys(
  place: ConfigPlace,
  path: DocumentPath,
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  what: string,
): void {
  const wrong = Object.keys(value).find((key) => !known.includes(key));
  if (wrong === undefined) return;
  const hint = didYouMean(wrong, known) ?? `Known: ${known.join(", ")}.`;
  throw problem(place, [...path, wrong], `A ${what} has no setting \`${wrong}\`.`, hint, "key");
}

function problem(
  { file, document }: ConfigPlace,
  path: DocumentPath,
  message: string,
  hint?: string,
  part: "key" | "value" = "value",
): BoathouseError {
  const where = document === undefined ? ` (${file})` : "";
  return new BoathouseError("PROJECT_CONFIG_INVALID", `${message}${where}`, {
    ...(document === undefined ? {} : { location: document.locate(path, part), source: document.text }),
    ...(hint === undefined ? {} : { hint }),
  });
}

function shown(path: DocumentPath): string {
  return `\`${path.join(".")}\``;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
