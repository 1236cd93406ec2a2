import type { Sample } from "../ast/query.ts";
import { unsupported } from "./analysis.ts";
import { bind, type BoundRelation, type Env } from "./env.ts";

/** `TABLESAMPLE (10 PERCENT)`, `TABLESAMPLE (5 ROWS)`, `TABLESAMPLE (BUCKET 1 OUT OF 4)`. */
export function sampled(relation: BoundRelation, sample: Sample | undefined, env: Env): BoundRelation {
  if (sample === undefined) return relation;
  const { plan, scope } = relation;
  const seed = sample.seed === undefined ? undefined : Number(sample.seed);
  const of = (percent: number | undefined, rows: number | undefined): BoundRelation => ({
    plan: { kind: "sample", input: plan, percent, rows, seed, columns: plan.columns },
    scope,
  });
  const { method } = sample;
  switch (method.by) {
    case "percent":
      // The parser lets through what is off by a rounding error.
      return of(Math.min(Math.max(method.percent, 0), 100), undefined);
    case "rows": {
      const rows = bind(method.rows, env);
      if (rows.kind !== "literal" || typeof rows.value !== "bigint")
        throw unsupported(env.analysis, sample.span, "A sample of a number of rows that is not constant");
      return of(undefined, Number(rows.value));
    }
    case "bucket":
      if (method.on !== undefined) throw unsupported(env.analysis, sample.span, "TABLESAMPLE BUCKET … ON");
      return of((method.bucket / method.of) * 100, undefined);
    case "bytes":
      throw unsupported(env.analysis, sample.span, "TABLESAMPLE by bytes");
  }
}
