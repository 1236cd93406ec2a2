import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Change } from "./change.ts";
import { getRoutine, getTable, nameText } from "./find.ts";
import type { PolicyArgument, RoutineObject, Table } from "./securable.ts";

export interface PolicyOptions {
  /** `[catalog, schema, table]`. */
  readonly table: readonly string[];
  /** `[catalog, schema, function]`: a SQL function that gives a scalar. */
  readonly function: readonly string[];
  readonly arguments: readonly PolicyArgument[];
}

/** A filter or mask that a table is made with. */
export type NewPolicy = Omit<PolicyOptions, "table">;

/** The row filter and masks of a new definition, which are there from the table's first moment. */
export interface NewPolicies {
  readonly rowFilter?: NewPolicy;
  readonly columnMasks?: readonly (NewPolicy & { readonly column: string })[];
}

/** The table with policies added to those that it has. The same is checked as when they are set later. */
export function withPolicies(change: Change, table: Table, policies: NewPolicies): Table {
  const { rowFilter, columnMasks = [] } = policies;
  const masks = columnMasks.map((mask): [string, Table["columnMasks"][string]] => {
    const { id } = policyFunction(change, mask, mask.arguments.length + 1);
    return [columnOf(table, mask.column).toLowerCase(), { function: id, arguments: mask.arguments }];
  });
  const filter =
    rowFilter === undefined
      ? {}
      : {
          rowFilter: {
            function: policyFunction(change, rowFilter, rowFilter.arguments.length).id,
            arguments: rowFilter.arguments,
          },
        };
  const governed = { ...table, ...filter, columnMasks: { ...table.columnMasks, ...Object.fromEntries(masks) } };
  checkPolicies(governed);
  return governed;
}

/** `ALTER TABLE … SET ROW FILTER`. A table has one. Takes EXECUTE on the function, and ownership of the table or MANAGE. */
export function setRowFilter(change: Change, options: PolicyOptions): Table {
  const table = administered(change, options.table);
  const routine = policyFunction(change, options, options.arguments.length);
  return putPolicies(change, { ...table, rowFilter: { function: routine.id, arguments: options.arguments } });
}

export function dropRowFilter(change: Change, name: readonly string[]): Table {
  const { rowFilter, ...rest } = administered(change, name);
  if (rowFilter === undefined) throw new BoathouseError("ROW_FILTER_NOT_FOUND", `${nameText(name)} has no row filter.`);
  return change.update<Table>(rest);
}

/** `ALTER COLUMN … SET MASK`. The function takes the column first, then the arguments. */
export function setColumnMask(change: Change, options: PolicyOptions & { readonly column: string }): Table {
  const table = administered(change, options.table);
  const routine = policyFunction(change, options, options.arguments.length + 1);
  const column = columnOf(table, options.column);
  const mask = { function: routine.id, arguments: options.arguments };
  return putPolicies(change, { ...table, columnMasks: { ...table.columnMasks, [column.toLowerCase()]: mask } });
}

export function dropColumnMask(change: Change, name: readonly string[], column: string): Table {
  const table = administered(change, name);
  const key = columnOf(table, column).toLowerCase();
  if (table.columnMasks[key] === undefined) {
    throw new BoathouseError("COLUMN_MASK_NOT_FOUND", `The column ${column} of ${nameText(name)} has no mask.`);
  }
  const columnMasks = Object.fromEntries(Object.entries(table.columnMasks).filter(([each]) => each !== key));
  return change.update<Table>({ ...table, columnMasks });
}

/** Refuses a table whose filter or masks name columns that it does not have. */
export function checkPolicies(table: Table): void {
  const policies = [...(table.rowFilter === undefined ? [] : [table.rowFilter]), ...Object.values(table.columnMasks)];
  for (const { arguments: values } of policies) {
    for (const each of values) if ("column" in each) columnOf(table, each.column);
  }
  for (const column of Object.keys(table.columnMasks)) columnOf(table, column);
}

function putPolicies(change: Change, table: Table): Table {
  checkPolicies(table);
  return change.update(table);
}

function administered(change: Change, name: readonly string[]): Table {
  const table = getTable(change.access, name);
  change.access.requireAdministration("alter", table);
  return table;
}

function policyFunction(change: Change, options: NewPolicy, count: number): RoutineObject {
  const routine = getRoutine(change.access, options.function);
  change.access.require("EXECUTE", routine);
  const name = nameText(options.function);
  if (routine.result !== "scalar") {
    throw new BoathouseError("INVALID_POLICY_FUNCTION", `${name} gives a table: a policy needs a scalar function.`);
  }
  const needed = routine.parameters.filter((each) => each.default === undefined).length;
  if (count < needed || count > routine.parameters.length) {
    throw new BoathouseError(
      "INVALID_POLICY_FUNCTION",
      `${name} takes ${routine.parameters.length} arguments and would be given ${count}.`,
    );
  }
  return routine;
}

/** The column as the table writes it. Throws `UNRESOLVED_COLUMN.WITH_SUGGESTION`. */
function columnOf(table: Table, name: string): string {
  const names = table.columns.fields.map((each) => each.name);
  const found = names.find((each) => each.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const hint = didYouMean(name, names);
  throw new BoathouseError(
    "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    `The table ${table.name} has no column ${name}, which its row filter or a mask needs.`,
    {
      sqlState: "42703",
      ...(hint === undefined ? {} : { hint }),
    },
  );
}
