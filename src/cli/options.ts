import { InvalidArgumentError, Option, type Command } from "commander";
import { BoathouseError } from "../core/errors.ts";
import type { GlobalOptions } from "./context.ts";

/** Engines by name; a cluster can be one later. */
const ENGINES: readonly string[] = ["embedded"];

/** Adds the option of machine output, for a command that needs no lakehouse. */
export function withJson(command: Command): Command {
  return command.addOption(new Option("--json", "machine output: one JSON object a line on stdout"));
}

/** Adds the options that every command on a lakehouse takes. */
export function withGlobals(command: Command): Command {
  return withJson(command)
    .addOption(new Option("--root <folder>", "the lakehouse's folder (default: .boathouse in the project's folder)"))
    .addOption(new Option("--target <name>", "a target of the project's bundle"))
    .addOption(new Option("--engine <name>", "what runs SQL").default("embedded"));
}

/** Adds the options of commands that work on a project. */
export function withProject(command: Command): Command {
  return withGlobals(command)
    .option("--project <folder>", "the project (default: the one here or above, or the only one in this folder)")
    .option("--var <name=value>", "a variable of the project's bundle or options; may be repeated", keyValue);
}

/** And of those that run something of it. */
export function withRun(command: Command): Command {
  return withProject(command)
    .option("--set <name=value>", "an option that the project declares; may be repeated", keyValue)
    .option("--bind <url=target>", "let a URL stand for a folder or another URL; may be repeated", list)
    .option("--memory <size>", "how much the engine holds in memory before it spills, such as 4GB", bytes)
    .option("--threads <number>", "how many threads the engine uses", positive)
    .option("-q, --quiet", "no progress");
}

/** Refuses what is not there yet, by its name. */
export function checkGlobals({ engine = "embedded" }: GlobalOptions): void {
  if (ENGINES.includes(engine)) return;
  throw new BoathouseError("ENGINE_NOT_SUPPORTED", `There is no engine "${engine}" here.`, {
    kind: "usage",
    hint: `Engines: ${ENGINES.join(", ")}.`,
  });
}

/** Collects `--name key=value` into a record. */
export function keyValue(text: string, before: Record<string, string> = {}): Record<string, string> {
  const split = text.indexOf("=");
  if (split < 1) throw new InvalidArgumentError("It is written as name=value.");
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) };
}

/** Collects a repeated option into a list. */
export function list(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** An option's value that is a whole number of at least 1. */
export function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("It is a whole number of at least 1.");
  return number;
}

/** `512MB`, `4GB`: bytes. */
export function bytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:(k|m|g|t)i?b?|b)?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("It is a size such as 512MB or 4GB.");
  const power = ["", "k", "m", "g", "t"].indexOf((match[2] ?? "").toLowerCase());
  return Math.floor(Number(match[1]) * 1024 ** power);
}
