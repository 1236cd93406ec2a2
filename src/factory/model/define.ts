import type { FactoryDefinition } from "./definition.ts";
import { factoryOf, type FactoryFile } from "./load.ts";
import type { Factory } from "./resource.ts";

/** A factory in TypeScript: typed data, checked by the compiler and, when it is loaded, like any other factory. */
export function defineFactory<const T extends FactoryDefinition>(definition: T): T {
  return definition;
}

const FOLDERS = [
  ["pipelines", "pipeline", "pipelines"],
  ["datasets", "dataset", "datasets"],
  ["linkedServices", "linkedService", "linkedservices"],
  ["triggers", "trigger", "triggers"],
] as const;

/** The files of the git layout that a definition stands for, in the order of their paths. */
export function synthFactory(definition: FactoryDefinition): FactoryFile[] {
  const files: FactoryFile[] = [];
  const add = (folder: string, name: string, properties: unknown, type: string): void => {
    const resource = { name, properties, type: `Microsoft.DataFactory/factories/${type}` };
    files.push({ path: `${folder}/${name}.json`, text: `${JSON.stringify(resource, null, 4)}\n` });
  };
  for (const [member, folder, type] of FOLDERS) {
    for (const [name, properties] of Object.entries(definition[member] ?? {})) add(folder, name, properties, type);
  }
  const { globalParameters } = definition;
  const own = { name: definition.name, properties: globalParameters === undefined ? {} : { globalParameters } };
  files.push({ path: `factory/${definition.name}.json`, text: `${JSON.stringify(own, null, 4)}\n` });
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A definition as a factory that can be validated and run. Findings point into the JSON that it stands for. */
export function factoryFrom(definition: FactoryDefinition): Factory {
  return factoryOf(synthFactory(definition), { name: definition.name });
}
