import { userInfo } from "node:os";

/** Who works on this machine: the owner of a lakehouse that is made here. */
export function localUser(env: NodeJS.ProcessEnv = process.env): string {
  const given = env["BOATHOUSE_USER"];
  if (given !== undefined && given !== "") return given;
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return env["USER"] ?? "owner";
  }
}
