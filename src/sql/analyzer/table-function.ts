import type { Argument } from "../ast/expression.ts";
import type { TableFunction } from "../ast/query.ts";
import type { BoundExpression } from "../bound.ts";
import { childrenOf } from "../lineage.ts";
import { functionNames, lookupFunction } from "../functions/registry.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { TableFunctionArgument } from "../resolver.ts";
import { askedAt, failure, newColumn, unsupported } from "./analysis.ts";
import { callSite } from "./call.ts";
import { constantValue } from "./constant.ts";
import { bind, inClause, type BoundRelation, type Env } from "./env.ts";
import { generated } from "./generate.ts";
import { objectParts } from "./identifier.ts";
import { pretty } from "./pretty.ts";
import { boundArguments, orderedArguments } from "./routine-arguments.ts";
import { expandTableRoutine } from "./routine.ts";
import { EMPTY_SCOPE } from "./scope.ts";
import { bindRelation } from "./table.ts";

/** `range(10)`, `explode(a)`, `read_files(…)` and users' table functions, in FROM. */
export function bindTableFunction(node: TableFunction, env: Env): BoundRelation {
  const inner = inClause(env, EMPTY_SCOPE, { clause: "the arguments of a table function", generators: true });
  const parts = objectParts(node.name, env);
  const name = (parts.at(-1) ?? "").toLowerCase();
  const args = node.arguments.map((argument): Argument => {
    if (argument.kind === "argument") return argument;
    throw unsupported(env.analysis, argument.span, "A table as an argument");
  });
  const row = parts.length === 1 ? lookupFunction(name) : undefined;
  if (row?.kind === "generator") {
    const given = orderedArguments(row, args, node.span, env).map((each) => bind(each.value, inner));
    if (given.some(holdsGenerator)) {
      const message = `The generator is not supported: nested in expressions "${name}(${given.map(pretty).join(", ")})".`;
      throw failure(env.analysis, node.span, "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", message);
    }
    const bound = row.bind(callSite(name, given, node.span, env));
    const [first] = bound.columns;
    const generator = {
      kind: "generator" as const,
      name,
      args: bound.args,
      columns: bound.columns,
      lower: bound.lower,
      pretty: bound.pretty,
      outer: bound.outer ?? false,
      type: first?.type ?? { kind: "void" as const },
      nullable: true,
      span: node.span,
    };
    return generated({ kind: "one_row", columns: [] }, generator, undefined, name, env);
  }
  if (row?.kind === "table") {
    const given = orderedArguments(row, args, node.span, env).map((each) => bind(each.value, inner));
    const bound = row.bind(callSite(name, given, node.span, env));
    const columns = bound.columns.map((each) => newColumn(env.analysis, each.name, each.type, each.nullable));
    return {
      plan: { kind: "table_function", name, args: bound.args, lower: bound.lower, columns },
      scope: { visible: columns.map((column) => ({ column, qualifier: [name] })), hidden: [] },
    };
  }
  const { resolver } = env.analysis.statement;
  const routine = askedAt(node.span, env.analysis, () => resolver.routine(parts, env.analysis.names));
  if (routine !== undefined) {
    const { args: values } = boundArguments(routine, args, node.span, env, inner);
    return expandTableRoutine(routine, values, node.span, env);
  }
  const use = {
    context: env.analysis.names,
    stream: node.stream,
    arguments: args.map((each) => constantArgument(each, bind(each.value, inner), env)),
    span: node.span,
  };
  const relation = askedAt(node.span, env.analysis, () => resolver.tableFunction?.(parts, use));
  if (relation !== undefined)
    return bindRelation(relation, { stream: node.stream, timeTravel: undefined, span: node.span, parts: [] }, env);
  const hint = didYouMean(name, functionNames());
  throw failure(
    env.analysis,
    node.span,
    "UNRESOLVABLE_TABLE_VALUED_FUNCTION",
    `Could not resolve \`${parts.join("`.`")}\` to a table-valued function. Please make sure that it is defined as a table-valued function and that all required parameters are provided correctly.`,
    hint === undefined ? {} : { hint },
  );
}

function holdsGenerator(value: BoundExpression): boolean {
  return value.kind === "generator" || childrenOf(value).some(holdsGenerator);
}

function constantArgument(node: Argument, value: BoundExpression, env: Env): TableFunctionArgument {
  const found = constantValue(value);
  if (found === undefined) {
    throw failure(
      env.analysis,
      node.span,
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      "The arguments of this table function must be constants.",
    );
  }
  return { name: node.name?.name, ...found };
}
