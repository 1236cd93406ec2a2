import { Command, CommanderError } from "commander";
import { isErrno } from "../core/errno.ts";
import { BoathouseError } from "../core/errors.ts";
import { COMMANDS } from "./commands.ts";
import { Exit, type Effects } from "./context.ts";
import { checkGlobals } from "./options.ts";
import { exitCodeOf, failureJson, failureText } from "./failure.ts";
import { write } from "./terminal.ts";

/**
 * Runs one command line and gives its exit code: 0 done, 1 the data or the user's code failed, 2 wrong usage, 3 a defect of
 * ours, 130 interrupted. Results go to stdout, everything said about them to stderr.
 */
export async function runCli(argv: readonly string[], effects: Effects): Promise<number> {
  const { terminal } = effects;
  try {
    const program = programFor(effects, argv);
    if (argv.length === 0) {
      await write(terminal.out, program.helpInformation());
      return 0;
    }
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (isBrokenPipe(error)) return 0;
    if (argv.includes("--json")) await write(terminal.out, `${JSON.stringify(failureJson(error))}\n`);
    await write(terminal.err, `${failureText(error, terminal.style)}\n`);
    return exitCodeOf(error);
  }
}

function programFor(effects: Effects, argv: readonly string[]): Command {
  const { terminal } = effects;
  const program = new Command("boathouse")
    .description("The Azure Data Factory + Databricks lakehouse that runs on one machine.")
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
      outputError: (text, print) => print(terminal.style("red", text)),
    })
    .addHelpText("after", EPILOGUE)
    .hook("preAction", (_, command) => checkGlobals(command.opts()));
  for (const define of COMMANDS) define(program, effects, argv);
  return program;
}

const EPILOGUE = `
Exit codes: 0 done, 1 the data or your code failed, 2 wrong usage, 3 a defect of Boathouse, 130 interrupted.
First steps: boathouse run <project>, boathouse sql "SHOW TABLES", boathouse init native my-lakehouse`;

/** The reader of a pipe may go away early (`| head`). */
function isBrokenPipe(error: unknown): boolean {
  return isErrno(error, "EPIPE") && !(error instanceof BoathouseError);
}

/** The same as in package.json; a test compares them. */
export const VERSION = "0.1.0";
