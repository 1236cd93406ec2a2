import type { Command } from "commander";
import type { Effects } from "./context.ts";
import { catalogCommand } from "./commands/catalog-definition.ts";
import { doctorCommand } from "./commands/doctor-definition.ts";
import { factoryCommand } from "./commands/factory-definition.ts";
import { initCommand } from "./commands/init-definition.ts";
import { jobCommand } from "./commands/job-definition.ts";
import { pipelineCommand } from "./commands/pipeline-definition.ts";
import { runCommand } from "./commands/run-definition.ts";
import { scheduleCommand } from "./commands/schedule-definition.ts";
import { sqlCommand } from "./commands/sql-definition.ts";
import { synthCommand } from "./commands/synth-definition.ts";

/** Adds a command as help shows it. What it does is loaded when it is called. */
export type DefineCommand = (program: Command, effects: Effects, argv: readonly string[]) => void;

export const COMMANDS: readonly DefineCommand[] = [
  runCommand,
  sqlCommand,
  factoryCommand,
  pipelineCommand,
  jobCommand,
  scheduleCommand,
  catalogCommand,
  initCommand,
  synthCommand,
  doctorCommand,
];
