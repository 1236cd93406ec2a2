import { Command, type Argument, type Option } from "commander";
import { COMMANDS } from "../../src/cli/commands.ts";
import { processTerminal } from "../../src/cli/terminal.ts";
import { capital, code, codes, page, sentence, table } from "./markdown.ts";

/** The commands and their options, read from the program itself. */
export function commandsPage(): string {
  const commands = leaves(program());
  const shared = sharedOptions(commands);
  return page(
    "# Commands",
    "`boathouse <command> --help` says the same.",
    table(
      ["command", ""],
      commands.map((command) => [
        `[${code(nameOf(command))}](#${nameOf(command).replaceAll(" ", "-")})`,
        sentence(capital(command.description())),
      ]),
    ),
    "## Options of every command",
    optionTable(shared),
    "Results go to stdout, everything said about them to stderr. Exit codes: 0 done, 1 the data or your code failed, 2 wrong" +
      " usage, 3 a defect of Boathouse, 130 interrupted.",
    ...commands.flatMap((command) => [
      `## ${nameOf(command)}`,
      `${sentence(capital(command.description()))}.`,
      code(`${nameOf(command)} ${command.usage()}`.trim()),
      argumentTable(command.registeredArguments),
      optionTable(ownOptions(command, shared)),
      examples(command),
    ]),
  );
}

function program(): Command {
  const found = new Command("boathouse");
  const controller = new AbortController();
  const effects = { terminal: processTerminal(), cwd: "/", env: {}, signal: controller.signal };
  for (const define of COMMANDS) define(found, effects, []);
  return found;
}

/** Commands that do something, in the order of the help. */
function leaves(command: Command): Command[] {
  return command.commands.flatMap((each) => (each.commands.length === 0 ? [each] : leaves(each)));
}

/** `boathouse factory run`. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function sharedOptions(commands: readonly Command[]): Option[] {
  const [first, ...rest] = commands;
  return (first?.options ?? []).filter((option) =>
    rest.every((command) =>
      command.options.some((each) => each.flags === option.flags && each.description === option.description),
    ),
  );
}

function ownOptions(command: Command, shared: readonly Option[]): Option[] {
  return command.options.filter((option) => !shared.some((each) => each.flags === option.flags));
}

function optionTable(options: readonly Option[]): string {
  return table(
    ["option", ""],
    options.map((option) => [
      code(option.flags),
      sentence(capital(option.description)) + values(option.argChoices, option.defaultValue),
    ]),
  );
}

function argumentTable(args: readonly Argument[]): string {
  if (args.every((each) => each.description === "")) return "";
  return table(
    ["argument", ""],
    args.map((each) => [
      code(each.required ? `<${each.name()}>` : `[${each.name()}]`),
      sentence(capital(each.description)) + values(each.argChoices, each.defaultValue),
    ]),
  );
}

function values(choices: readonly string[] | undefined, standard: unknown): string {
  const parts = [
    ...(choices === undefined ? [] : [`one of ${codes(choices)}`]),
    ...(typeof standard === "string" ? [`default ${code(standard)}`] : []),
  ];
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`;
}

/** What the help says after the options. */
function examples(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  const after = text.slice(command.helpInformation().length).trim();
  return after === "" ? "" : `\`\`\`\n${after}\n\`\`\``;
}
