import { expect, it } from "vitest";
import { commandName } from "./command-name.ts";

it("names a command that can be typed, also after npm start in a checkout", () => {
  expect(commandName({})).toBe("boathouse");
  expect(commandName({ npm_package_name: "boathouse", npm_lifecycle_event: "start" })).toBe("bin/boathouse");
  expect(commandName({ npm_package_name: "shop", npm_lifecycle_event: "start" })).toBe("boathouse");
});
