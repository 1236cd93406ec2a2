import { BoathouseError } from "../../core/errors.ts";
import type { ProtocolAction } from "../actions.ts";

/**
 * The catalog that decides which commits of a table count (PROTOCOL.md, "Catalog-managed tables"). Commits are staged as
 * files; the catalog ratifies one a version, in order, and keeps their names at least until they are published.
 */
export interface CommitCoordinator {
  /** May this client also vacuum, optimize and reorganize the table? Not by default. */
  readonly allowsMaintenance?: boolean;
  /** The newest ratified version (-1: none), and the staged commits that the catalog still knows, ascending, without gaps. */
  ratified(): Promise<RatifiedCommits>;
  /**
   * Makes a staged commit its version. False when the version is taken, or the one before it is not ratified. What is
   * thrown leaves open whether it was done.
   */
  ratify(commit: StagedCommit): Promise<boolean>;
  /** Versions up to this one are published: the catalog need not know them any more. */
  published(version: number): Promise<void>;
}

export interface StagedCommit {
  readonly version: number;
  /** Of the file in `_delta_log/_staged_commits`. */
  readonly name: string;
}

export interface RatifiedCommits {
  readonly newest: number;
  readonly commits: readonly StagedCommit[];
}

const FEATURES = ["catalogManaged", "catalogOwned", "catalogOwned-preview"];

/** Does a catalog decide about commits to a table with this protocol? */
export function isCatalogManaged({ readerFeatures = [], writerFeatures = [] }: ProtocolAction): boolean {
  return FEATURES.some((name) => readerFeatures.includes(name) || writerFeatures.includes(name));
}

/** Throws `DELTA_PATH_BASED_ACCESS_TO_CATALOG_MANAGED_TABLE_BLOCKED` for a managed table without its catalog. */
export function checkCoordinated(
  protocol: ProtocolAction,
  coordinator: CommitCoordinator | undefined,
  where: string,
): void {
  if (coordinator !== undefined || !isCatalogManaged(protocol)) return;
  throw new BoathouseError(
    "DELTA_PATH_BASED_ACCESS_TO_CATALOG_MANAGED_TABLE_BLOCKED",
    `Path-based access is not allowed for the catalog-managed table ${where}: its log alone does not tell its newest version.`,
    { sqlState: "KD00G", hint: "Access the table by its name, through the catalog that manages it." },
  );
}

/** Throws `DELTA_UNSUPPORTED_CATALOG_MANAGED_TABLE_OPERATION` for maintenance that the catalog does not allow. */
export function checkMaintenance(operation: string, coordinator: CommitCoordinator | undefined, where: string): void {
  if (coordinator === undefined || coordinator.allowsMaintenance === true) return;
  if (!/^(VACUUM|OPTIMIZE|REORG)/i.test(operation)) return;
  throw new BoathouseError(
    "DELTA_UNSUPPORTED_CATALOG_MANAGED_TABLE_OPERATION",
    `${operation} of ${where} is blocked by the catalog that manages the table.`,
    { sqlState: "0AKDC", hint: "The catalog does it itself, or has to permit it." },
  );
}
