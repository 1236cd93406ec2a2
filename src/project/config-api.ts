import { BoathouseError } from "../core/errors.ts";
import { defineFactory } from "../factory/model/define.ts";
import { defineBundle } from "./bundle-definition.ts";
import { defineProject } from "./config.ts";
import { serveFiles } from "./file-server.ts";

/** An error for a value that somebody gave on the command line: exit code 2. */
export function usageError(code: string, message: string, hint?: string): BoathouseError {
  return new BoathouseError(code, message, { kind: "usage", ...(hint === undefined ? {} : { hint }) });
}

/**
 * What a `boathouse.config.ts` finds in "boathouse": the package's entry without the engine, so that reading a config
 * loads nothing that only a run needs.
 */
export const CONFIG_API = { defineBundle, defineFactory, defineProject, serveFiles, usageError };
