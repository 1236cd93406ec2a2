import { BoathouseError } from "../core/errors.ts";
import type { StandaloneDatasets, StandaloneRequest } from "../engine/embedded/environment.ts";
import type { PipelineRunner } from "../pipelines/pipeline-runner.ts";
import { updateFromJson, type UpdateDefinition } from "../pipelines/update.ts";
import { declare } from "../pipelines/declare.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { findRelation } from "../catalog/find.ts";
import { requireSuccess } from "./workspace.ts";

/** Datasets that a statement declares outside of a pipeline's files: each is a pipeline of its own, named after it. */
export function standaloneDatasets(options: {
  readonly pipelines: () => Promise<PipelineRunner>;
  readonly catalog: () => Promise<Catalog>;
}): StandaloneDatasets {
  const run = async (definition: UpdateDefinition): Promise<void> => {
    const handle = await (await options.pipelines()).start(definition);
    requireSuccess(await handle.finished, `refresh of ${definition.spec.name}`);
  };
  return {
    create: async (request) => run(definitionOf(request)),
    async refresh({ user, name, full }) {
      const access = await (await options.catalog()).access(user);
      const relation = findRelation(access, name);
      const pipeline = relation !== undefined && "pipeline" in relation ? relation.pipeline : undefined;
      if (relation === undefined || pipeline === undefined) {
        throw new BoathouseError("NOT_A_PIPELINE_DATASET", `${name.join(".")} is filled by no pipeline.`, {
          hint: "Only streaming tables and materialized views are refreshed.",
        });
      }
      access.require(relation.kind === "materialized_view" ? "REFRESH" : "MODIFY", relation);
      const definition = await lastDefinition(await options.pipelines(), pipeline, name);
      const dataset = name.join(".");
      await run({
        ...definition,
        request: full ? { fullRefreshSelection: [dataset] } : { refreshSelection: [dataset] },
      });
    },
  };
}

function definitionOf(request: StandaloneRequest): UpdateDefinition {
  const { text, file, catalog, schema } = request;
  const files = [{ path: file ?? "statement", text }];
  const spec = { name: "", id: "", catalog, schema, configuration: {}, include: [], development: true };
  const name = declare(spec, files).datasets[0]?.name.join(".") ?? "";
  return { spec: { ...spec, name, id: `standalone/${name.toLowerCase()}` }, files, request: {} };
}

/** What the pipeline's last update was made from. */
async function lastDefinition(
  runner: PipelineRunner,
  pipeline: string,
  name: readonly string[],
): Promise<UpdateDefinition> {
  const [last] = await runner.runner.log.list({ kind: "pipeline", name: pipeline, limit: 1 });
  if (last !== undefined) return updateFromJson(last.parameters);
  throw new BoathouseError("PIPELINE_NOT_FOUND", `The pipeline of ${name.join(".")} is not known here.`, {
    hint: "Run the pipeline that declares it.",
  });
}
