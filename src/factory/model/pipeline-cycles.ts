import { memberOf, type JsonNode, type JsonStringNode } from "../json/node.ts";
import { findResource, findingAt, type Factory, type FactoryDiagnostic } from "./resource.ts";

/** Pipelines that run each other: allowed, since a condition may end it, but rarely meant. */
export function checkExecutions(factory: Factory): FactoryDiagnostic[] {
  const findings: FactoryDiagnostic[] = [];
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const pipeline = findResource(factory, "pipeline", name);
    if (pipeline === undefined || done.has(pipeline.name)) return;
    for (const target of executionsIn(pipeline.root)) {
      const found = findResource(factory, "pipeline", target.value);
      if (found === undefined) continue;
      const here = [...path, pipeline.name];
      const start = here.indexOf(found.name);
      if (start >= 0) {
        const circle = [...here.slice(start), found.name].join(" → ");
        findings.push(
          findingAt(pipeline, target, {
            code: "FACTORY_PIPELINE_CYCLE",
            severity: "warning",
            message: `The pipelines run each other: ${circle}.`,
            hint: "Make sure that a condition ends this.",
          }),
        );
      } else visit(found.name, here);
    }
    done.add(pipeline.name);
  };
  for (const pipeline of factory.resources.pipeline.values()) visit(pipeline.name, []);
  return findings;
}

/** The names of the pipelines that the ExecutePipeline activities in a piece of JSON run. */
function executionsIn(node: JsonNode): JsonStringNode[] {
  if (node.kind === "array") return node.items.flatMap(executionsIn);
  if (node.kind !== "object") return [];
  const type = memberOf(node, "type");
  const name = memberOf(node, "referenceName");
  if (type?.kind === "string" && type.value === "PipelineReference" && name?.kind === "string") return [name];
  return node.members.flatMap((member) => executionsIn(member.value));
}
