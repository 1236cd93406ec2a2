import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { processExists } from "../core/process.ts";

/** Who executes a run. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
  /** Tells this process from an earlier one with the same number. */
  readonly token: string;
}

export const thisProcess: Owner = { host: hostname(), pid: process.pid, token: randomUUID() };

/** How long a lease lasts that nobody renews, in milliseconds: the longest a crash on another machine is unseen. */
export const LEASE = 15_000;
export const HEARTBEAT = 1_000;

export function ownerName({ host, pid, token }: Owner): string {
  return `${encodeURIComponent(host)}/${pid}/${token}`;
}

/** Whether the owner of a lease still works on it, as far as `self` can tell. `now` is real time. */
export function isAlive(owner: string | null, leaseUntil: number | null, self: Owner, now: number): boolean {
  if (owner === null || leaseUntil === null || leaseUntil <= now) return false;
  const [host = "", pid = "", token = ""] = owner.split("/");
  if (decodeURIComponent(host) !== self.host) return true;
  if (Number(pid) === self.pid) return token === self.token;
  return processExists(Number(pid));
}
