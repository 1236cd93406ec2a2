import { isErrno } from "./errno.ts";

/** Whether a process of this machine still runs, another user's too. A number may have been given to a new process. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}
