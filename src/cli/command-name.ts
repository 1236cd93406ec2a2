/** What the user types to call this command: `npm start` in a checkout has put no `boathouse` on the path. */
export function commandName(env: NodeJS.ProcessEnv): string {
  return env["npm_package_name"] === "boathouse" && env["npm_lifecycle_event"] === "start"
    ? "bin/boathouse"
    : "boathouse";
}
