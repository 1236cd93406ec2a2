import { checkedName, type Change, type CommonOptions, type Created, type CreateMode } from "./change.ts";
import { getSchema } from "./find.ts";
import type { RoutineObject } from "./securable.ts";

export interface CreateFunctionOptions extends CommonOptions {
  readonly name: readonly string[];
  readonly mode?: CreateMode;
  readonly result: RoutineObject["result"];
  readonly parameters: RoutineObject["parameters"];
  readonly returns?: string;
  readonly definition: RoutineObject["definition"];
}

export function createFunction(change: Change, options: CreateFunctionOptions): Created<RoutineObject> {
  const { access, snapshot } = change;
  const schema = getSchema(access, options.name);
  const name = checkedName(options.name[2]);
  access.require("USE SCHEMA", schema);
  const body = {
    result: options.result,
    parameters: options.parameters,
    definition: options.definition,
    ...(options.returns === undefined ? {} : { returns: options.returns }),
  };
  const existing = snapshot.child(schema.id, "function", name);
  if (existing?.kind === "function") {
    if (options.mode === undefined || options.mode === "create") throw change.exists(existing);
    if (options.mode === "if_not_exists") return { securable: existing, outcome: "unchanged" };
    access.requireAdministration("alter", existing);
    const { comment: _comment, returns: _returns, ...kept } = existing;
    const comment = options.comment === undefined ? {} : { comment: options.comment };
    // It runs with its owner's rights: whoever writes the body gives their own.
    const owner = access.actsFor(existing.owner) ? existing.owner : access.user;
    return { securable: change.update<RoutineObject>({ ...kept, ...body, ...comment, owner }), outcome: "replaced" };
  }
  access.require("CREATE FUNCTION", schema);
  const routine = change.put<RoutineObject>({ ...change.common(schema.id, name, options), kind: "function", ...body });
  return { securable: routine, outcome: "created" };
}
