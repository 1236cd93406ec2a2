import type { ProtocolAction } from "../actions.ts";
import { FEATURES, supportedFeatures, withFeatures } from "../features.ts";

/** The lowest protocol that supports what a table's does, less some features. */
export function withoutFeatures(protocol: ProtocolAction, names: readonly string[]): ProtocolAction {
  const left = supportedFeatures(protocol).filter((name) => !names.includes(name));
  return legacyProtocol(left) ?? withFeatures({ minReaderVersion: 1, minWriterVersion: 7, writerFeatures: [] }, left);
}

/** The versions that imply exactly these features, where there are such. */
function legacyProtocol(names: readonly string[]): ProtocolAction | undefined {
  for (let writer = 2; writer < 7; writer += 1) {
    const implied = FEATURES.filter(({ legacy }) => legacy !== undefined && legacy.writer <= writer);
    if (implied.length !== names.length || !implied.every(({ name }) => names.includes(name))) continue;
    const readers = implied.map(({ legacy }) => legacy?.reader ?? 1);
    return { minReaderVersion: Math.max(...readers), minWriterVersion: writer };
  }
  return undefined;
}
