import { getRoutine } from "../../../catalog/find.ts";
import { sqlType } from "../../../core/data-type.ts";
import type { Describe } from "../../../sql/ast/utility.ts";
import { isTemporaryName } from "../../../sql/analyzer/check-routine.ts";
import { functionReference, type FunctionDocumentation } from "../../../sql/functions/documentation.ts";
import type { StatementResult } from "../../session.ts";
import { rowsResult, textColumns } from "../result.ts";
import type { TemporaryFunction } from "../session-state.ts";
import type { StatementCall } from "../statement-call.ts";

/** `DESCRIBE FUNCTION [EXTENDED] name`: built in, of the session, or of a schema. A line a row. */
export async function describeFunction(
  name: NonNullable<Describe["name"]>,
  { extended }: Describe,
  call: StatementCall,
): Promise<StatementResult> {
  const parts = await call.parts(name);
  const called = (parts.at(-1) ?? "").toLowerCase();
  const temporary = isTemporaryName(parts) ? call.state.temporaryFunctions.get(called) : undefined;
  const builtIn = parts.length === 1 ? documented(called) : undefined;
  if (builtIn !== undefined) return described(builtInLines(called, builtIn));
  if (temporary !== undefined) return described(temporaryLines(temporary, extended));
  const access = await call.access();
  const routine = getRoutine(access, await call.objectName(name));
  if (!access.sees(routine)) access.require("EXECUTE", routine);
  return described([
    `Function: ${access.snapshot.fullName(routine).join(".")}`,
    `Type:     ${routine.result.toUpperCase()}`,
    `Input:    ${routine.parameters.map((each) => `${each.name} ${each.type}${each.default === undefined ? "" : ` DEFAULT ${each.default}`}`).join(", ")}`,
    `Returns:  ${(routine.returns ?? "").replace(/^RETURNS\s+/i, "")}`,
    ...(extended
      ? [
          ...(routine.comment === undefined ? [] : [`Comment:  ${routine.comment}`]),
          `Owner:    ${routine.owner}`,
          `Created:  ${new Date(routine.createdAt).toUTCString()}`,
          `Body:     ${routine.definition.text}`,
        ]
      : []),
  ]);
}

function described(lines: readonly string[]): StatementResult {
  const rows = lines.map((line) => ({ function_desc: line }));
  return rowsResult("DESCRIBE FUNCTION", textColumns("function_desc"), rows);
}

function documented(name: string): FunctionDocumentation | undefined {
  return functionReference().find((each) => each.name === name || each.aliases.includes(name));
}

function builtInLines(name: string, { signature, description, category, aliases }: FunctionDocumentation): string[] {
  return [
    `Function: ${name}`,
    `Usage:    ${signature} - ${description}`,
    `Category: ${category}`,
    ...(aliases.length === 0 ? [] : [`Aliases:  ${aliases.join(", ")}`]),
  ];
}

function temporaryLines({ routine, statement }: TemporaryFunction, extended: boolean): string[] {
  const { body, parameters, text, name } = routine;
  const span = statement.returns?.span;
  const returns =
    span !== undefined
      ? text.slice(span.start, span.end).replace(/^RETURNS\s+/i, "")
      : body.kind === "scalar" && body.returns !== undefined
        ? sqlType(body.returns)
        : "";
  return [
    `Function: ${name.join(".")}`,
    `Type:     ${body.kind.toUpperCase()}`,
    `Input:    ${parameters.map((each) => `${each.name} ${sqlType(each.type)}`).join(", ")}`,
    `Returns:  ${returns}`,
    ...(extended ? [`Body:     ${text.slice(statement.span.start, statement.span.end)}`] : []),
  ];
}
