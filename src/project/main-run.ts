import { BoathouseError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Factory } from "../factory/model/resource.ts";
import { referencesIn } from "../factory/model/validate.ts";
import type { MainRun } from "./config.ts";
import type { Project } from "./load.ts";

/**
 * What `boathouse run` runs: what the project says, otherwise the only factory pipeline that no other one calls, or the
 * only job. Throws `PROJECT_MAIN_UNKNOWN`.
 */
export function mainRunOf(project: Project, factory: Factory | undefined): MainRun {
  const { main } = project.config;
  const jobs = Object.keys(project.bundle?.resources.jobs ?? {});
  const pipelines = factory === undefined ? [] : [...factory.resources.pipeline.values()].map((each) => each.name);
  if (main !== undefined) {
    const [name, known] = "pipeline" in main ? [main.pipeline, pipelines] : [main.job, jobs];
    if (known.includes(name)) return main;
    throw unknown(`The project's main run is "${name}", which it does not have.`, didYouMean(name, known));
  }
  const roots = factory === undefined ? [] : rootPipelines(factory);
  const [pipeline] = roots;
  if (pipeline !== undefined && roots.length === 1) return { pipeline };
  const [job] = jobs;
  if (roots.length === 0 && job !== undefined && jobs.length === 1) return { job };
  const candidates = [...roots.map((each) => `pipeline "${each}"`), ...jobs.map((each) => `job "${each}"`)];
  if (candidates.length === 0) throw unknown("The project has nothing to run: no pipeline of a factory and no job.");
  throw unknown(
    `The project does not say what its main run is: ${candidates.join(", ")}.`,
    "Say it in boathouse.config.ts or boathouse.yml: `main: { pipeline: <name> }` or `main: { job: <key> }`.",
  );
}

/** Pipelines that no other pipeline of the factory calls. */
function rootPipelines(factory: Factory): string[] {
  const all = [...factory.resources.pipeline.values()];
  const called = new Set(
    all.flatMap((each) =>
      referencesIn(each.root)
        .filter((reference) => reference.kind === "pipeline")
        .map((reference) => reference.name.toLowerCase()),
    ),
  );
  return all.map((each) => each.name).filter((name) => !called.has(name.toLowerCase()));
}

function unknown(message: string, hint?: string): BoathouseError {
  return new BoathouseError("PROJECT_MAIN_UNKNOWN", message, {
    kind: "usage",
    ...(hint === undefined ? {} : { hint }),
  });
}
