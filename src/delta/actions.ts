/** The actions of a Delta log (PROTOCOL.md, "Actions"). Names and units are the protocol's own. */
interface Actions {
  protocol: ProtocolAction;
  metaData: MetadataAction;
  add: AddAction;
  remove: RemoveAction;
  txn: TxnAction;
  domainMetadata: DomainMetadataAction;
  commitInfo: CommitInfoAction;
  cdc: CdcAction;
  checkpointMetadata: CheckpointMetadataAction;
  sidecar: SidecarAction;
}

/** One line of a commit: exactly one of the actions. */
export type Action = { readonly [K in keyof Actions]?: Actions[K] };

export interface ProtocolAction {
  readonly minReaderVersion: number;
  readonly minWriterVersion: number;
  /** Only with reader version 3. */
  readonly readerFeatures?: readonly string[];
  /** Only with writer version 7. */
  readonly writerFeatures?: readonly string[];
}

export interface MetadataAction {
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> };
  readonly schemaString: string;
  readonly partitionColumns: readonly string[];
  readonly configuration: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly createdTime?: number;
}

/** A logical file: a data file, less the rows its deletion vector names. */
export interface AddAction {
  /** Relative to the table's root, or absolute; percent-encoded as a URI (RFC 2396). */
  readonly path: string;
  /** By physical column name; null and "" both mean null. */
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly modificationTime: number;
  readonly dataChange: boolean;
  /** JSON text, never parsed here: 64-bit integers would lose digits. */
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionVector?: DeletionVectorDescriptor;
  readonly baseRowId?: number;
  readonly defaultRowCommitVersion?: number;
  readonly clusteringProvider?: string;
}

export interface RemoveAction {
  readonly path: string;
  readonly deletionTimestamp?: number;
  readonly dataChange: boolean;
  readonly extendedFileMetadata?: boolean;
  readonly partitionValues?: Readonly<Record<string, string | null>>;
  readonly size?: number;
  readonly stats?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionVector?: DeletionVectorDescriptor;
  readonly baseRowId?: number;
  readonly defaultRowCommitVersion?: number;
}

/** PROTOCOL.md, "Deletion Vector Descriptor Schema". */
export interface DeletionVectorDescriptor {
  readonly storageType: string;
  readonly pathOrInlineDv: string;
  readonly offset?: number;
  readonly sizeInBytes: number;
  readonly cardinality: number;
}

export interface TxnAction {
  readonly appId: string;
  readonly version: number;
  readonly lastUpdated?: number;
}

export interface DomainMetadataAction {
  readonly domain: string;
  readonly configuration: string;
  readonly removed: boolean;
}

export interface CdcAction {
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string | null>>;
  readonly size: number;
  readonly dataChange: boolean;
}

/** Of V2 checkpoints alone. */
export interface CheckpointMetadataAction {
  readonly version: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A file of a V2 checkpoint with file actions, in `_delta_log/_sidecars`. */
export interface SidecarAction {
  /** Its name there, percent-encoded. */
  readonly path: string;
  readonly sizeInBytes: number;
  readonly modificationTime?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Free-form: where a commit came from. */
export type CommitInfoAction = Readonly<Record<string, unknown>>;

/** Tells apart the same file under different deletion vectors (PROTOCOL.md, "Derived Fields": uniqueId). */
function deletionVectorId(vector: DeletionVectorDescriptor | undefined): string {
  if (vector === undefined) return "";
  const id = `${vector.storageType}${vector.pathOrInlineDv}`;
  return vector.offset === undefined ? id : `${id}@${vector.offset}`;
}

/** The primary key of a logical file in action reconciliation. */
export function fileKey(file: { readonly path: string; readonly deletionVector?: DeletionVectorDescriptor }): string {
  const id = deletionVectorId(file.deletionVector);
  return id === "" ? file.path : `${file.path}${KEY_SEPARATOR}${id}`;
}

/** Stands between path and vector in a key: no path holds it (paths are percent-encoded). */
export const KEY_SEPARATOR = "\u001f";
