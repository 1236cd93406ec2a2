import { unreachable } from "../../core/errors.ts";
import type { Statement } from "../../sql/ast/statement.ts";
import { analyzeQuery } from "../../sql/analyzer/analyze.ts";
import type { StreamSource } from "../session.ts";
import { changeStream } from "./change-stream.ts";
import { deltaStream } from "./delta-stream.ts";
import { streamIdOf } from "./scans.ts";
import type { StatementCall } from "./statement-call.ts";

/** The streaming sources of a query. Those of files are opened with their checkpoint and stay open in the session. */
export async function openStreams(statement: Statement, call: StatementCall): Promise<StreamSource[]> {
  if (statement.kind !== "query")
    throw call.error(statement.span, "INVALID_FLOW_QUERY_TYPE", "Only a query reads streams.");
  const bound = await call.analyze((resolver, context) => analyzeQuery(statement, resolver, context));
  const resolver = await call.resolver();
  return bound.scans.flatMap((scan, index): StreamSource[] => {
    if (!scan.stream) return [];
    const id = streamIdOf(bound.scans, index);
    const source = resolver.sourceOf(scan.relation);
    if (source?.kind === "delta") return [deltaStream(id, source)];
    if (source?.kind === "changes") return [changeStream(id, source)];
    const stream = source?.kind === "files" ? source.stream : undefined;
    if (stream === undefined) return unreachable("A stream has no source.", { relation: scan.relation.name });
    return [
      {
        id,
        description: stream.description,
        next: (start) => stream.next(start),
        committed: (end) => stream.commit(end),
      },
    ];
  });
}
