import { cancelled } from "../core/cancellation.ts";
import { runCli } from "./cli.ts";
import { failureText } from "./failure.ts";
import { processTerminal } from "./terminal.ts";

const controller = new AbortController();
const terminal = processTerminal();

// Nobody waited for what failed: a defect of ours.
for (const name of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(name, (error: unknown) => {
    terminal.err.write(`${failureText(error, terminal.style)}\n`);
    process.exit(3);
  });
}

// The first interruption stops gracefully, the second at once.
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(cancelled(name === "SIGINT" ? "stopped by the user" : "stopped by the system"));
  });
}
// What cannot be written any more is no reason to crash: the reader of a pipe has gone.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

process.exitCode = await runCli(process.argv.slice(2), {
  terminal,
  cwd: process.cwd(),
  env: process.env,
  signal: controller.signal,
});
