import { isJsonObject, type Json } from "../../core/json.ts";
import type { AddAction } from "../actions.ts";

/** The files that one run of OPTIMIZE has clustered together, as their tags say. */
interface Cube {
  readonly id: string;
  /** Logical names, those of fields with dots. */
  readonly columns: readonly string[];
}

/** What `clusteringProvider` says of files that liquid clustering wrote. */
const CLUSTERING_PROVIDER = "liquid";

const ID = "ZCUBE_ID";
const COLUMNS = "ZCUBE_ZORDER_BY";

/** What marks a file as part of a cube. */
export function cubeMarks(id: string, columns: readonly string[]): Pick<AddAction, "tags" | "clusteringProvider"> {
  return { tags: { [ID]: id, [COLUMNS]: JSON.stringify(columns) }, clusteringProvider: CLUSTERING_PROVIDER };
}

interface CubeChoice {
  /** Logical names of the clustering columns. */
  readonly columns: readonly string[];
  /** Also files that are clustered by other columns. */
  readonly full: boolean;
  /** Bytes. A cube that has grown to this is left as it is. */
  readonly minCubeSize: number;
}

/** The files that are to be clustered, by index, those that are not clustered yet in front. */
interface ChosenFiles {
  readonly chosen: readonly number[];
  readonly stats: CubeStats;
}

export interface CubeStats {
  readonly cubes: number;
  readonly cubeFiles: number;
  readonly cubeBytes: number;
  readonly otherFiles: number;
  readonly otherBytes: number;
}

/**
 * What an OPTIMIZE of a clustered table takes up: files that are in no cube, and the cubes that are still small. When
 * nothing is new and there is only one small cube, nothing. Cubes of other columns are left to `full`. The rules are
 * those of Delta Lake's `ClusteringStrategy`.
 */
export function chooseFiles(adds: readonly AddAction[], { columns, full, minCubeSize }: CubeChoice): ChosenFiles {
  const plain: number[] = [];
  const others: number[] = [];
  const cubes = new Map<string, { readonly files: number[]; bytes: number }>();
  let [cubeFiles, cubeBytes, otherFiles, otherBytes] = [0, 0, 0, 0];
  for (const [index, add] of adds.entries()) {
    const cube = cubeOf(add);
    const matches = cube !== undefined && sameNames(cube.columns, columns);
    if (cube !== undefined && (full || matches)) {
      cubeFiles += 1;
      cubeBytes += add.size;
    } else {
      otherFiles += 1;
      otherBytes += add.size;
    }
    const ours = add.clusteringProvider === undefined || add.clusteringProvider === CLUSTERING_PROVIDER;
    if (!ours || (cube !== undefined && !matches)) others.push(index);
    else if (cube === undefined) plain.push(index);
    else {
      const known = cubes.get(cube.id) ?? { files: [], bytes: 0 };
      known.files.push(index);
      known.bytes += add.size;
      cubes.set(cube.id, known);
    }
  }
  const stats = { cubes: cubes.size, cubeFiles, cubeBytes, otherFiles, otherBytes };
  const small = [...cubes.values()].filter(({ bytes }) => bytes < minCubeSize);
  const isNew = plain.length > 0 || (full && others.length > 0);
  if (!isNew && small.length <= 1) return { chosen: [], stats };
  return { chosen: [...plain, ...small.flatMap(({ files }) => files), ...(full ? others : [])], stats };
}

function cubeOf(add: AddAction): Cube | undefined {
  const id = add.tags?.[ID];
  const by = add.tags?.[COLUMNS];
  if (id === undefined || by === undefined) return undefined;
  const names = jsonOf(by);
  return { id, columns: Array.isArray(names) ? names.map(String) : [] };
}

function jsonOf(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name.toLowerCase() === b[index]?.toLowerCase());
}
