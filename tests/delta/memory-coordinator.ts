import type { CommitCoordinator, RatifiedCommits, StagedCommit } from "../../src/delta/log/commit-coordinator.ts";

/** A catalog that manages one table, in memory. */
export class MemoryCoordinator implements CommitCoordinator {
  readonly allowsMaintenance: boolean;
  /** Throws from `published`, as when the catalog cannot be reached: nothing is forgotten. */
  forgets = true;
  /** What is thrown instead of the next answer to `ratify`, before or after it has been done. */
  loses: "request" | "answer" | undefined;
  #newest = -1;
  #commits: readonly StagedCommit[] = [];

  constructor(options: { readonly allowsMaintenance?: boolean } = {}) {
    this.allowsMaintenance = options.allowsMaintenance ?? false;
  }

  ratified(): Promise<RatifiedCommits> {
    return Promise.resolve({ newest: this.#newest, commits: this.#commits });
  }

  ratify(commit: StagedCommit): Promise<boolean> {
    const loses = this.loses;
    this.loses = undefined;
    if (loses === "request") return Promise.reject(new Error("The catalog cannot be reached."));
    if (commit.version !== this.#newest + 1) return Promise.resolve(false);
    this.#newest = commit.version;
    this.#commits = [...this.#commits, commit];
    return loses === "answer" ? Promise.reject(new Error("The catalog did not answer.")) : Promise.resolve(true);
  }

  published(version: number): Promise<void> {
    if (!this.forgets) return Promise.reject(new Error("The catalog cannot be reached."));
    this.#commits = this.#commits.filter((commit) => commit.version > version);
    return Promise.resolve();
  }
}
