import { runQuery } from "../query.ts";
import type { Command } from "./command.ts";

export const query: Command<"query"> = { kinds: ["query"], run: runQuery };
