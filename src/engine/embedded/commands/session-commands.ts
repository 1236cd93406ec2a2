import { getCatalog, getSchema } from "../../../catalog/find.ts";
import { didYouMean } from "../../../core/nearest.ts";
import { doneResult, rowsResult, textColumns } from "../result.ts";
import { isAnsi, timeZoneOf } from "../session-state.ts";
import type { Command } from "./command.ts";

/** `USE CATALOG`, `USE SCHEMA`, `USE a.b`. The object must be there and usable. */
export const use: Command<"use"> = {
  kinds: ["use"],
  async run(statement, call) {
    const parts = await call.parts(statement.name);
    const access = await call.access();
    if (statement.level === "catalog") {
      const catalog = getCatalog(access, parts.at(-1) ?? "");
      access.require("USE CATALOG", catalog);
      call.state.catalog = catalog.name;
      call.state.schema = "default";
    } else {
      const name = parts.length >= 2 ? parts : [call.state.catalog, ...parts];
      const schema = getSchema(access, name);
      access.require("USE SCHEMA", schema);
      call.state.catalog = (name[0] ?? "").toLowerCase();
      call.state.schema = schema.name;
    }
    return doneResult("USE");
  },
};

/** Settings that mean something here. Others of Spark's are kept and have no effect, as on a warehouse they would be refused. */
const KNOWN = ["spark.sql.ansi.enabled", "ansi_mode", "spark.sql.session.timeZone", "timezone"];

export const setConfiguration: Command<"set_configuration"> = {
  kinds: ["set_configuration"],
  async run(statement, call) {
    const { key, value } = statement;
    const schema = textColumns("key", "value");
    if (key === undefined) {
      const rows = [
        { key: "spark.sql.ansi.enabled", value: String(isAnsi(call.state)) },
        { key: "spark.sql.session.timeZone", value: timeZoneOf(call.state) },
      ];
      return rowsResult("SET", schema, rows);
    }
    const name = key.toLowerCase();
    if (!KNOWN.some((known) => known.toLowerCase() === name)) {
      throw call.error(
        statement.span,
        "CONFIG_NOT_AVAILABLE",
        `There is no configuration ${key} here.`,
        didYouMean(key, KNOWN) ?? `Known: ${KNOWN.join(", ")}.`,
      );
    }
    if (value !== undefined) {
      checkSetting(name, value, (message) => call.error(statement.span, "INVALID_CONF_VALUE", message));
      call.state.settings.set(name === "timezone" ? "spark.sql.session.timezone" : name, value);
    }
    const shown = name.includes("zone") ? timeZoneOf(call.state) : String(isAnsi(call.state));
    return rowsResult("SET", schema, [{ key, value: shown }]);
  },
};

export const resetConfiguration: Command<"reset_configuration"> = {
  kinds: ["reset_configuration"],
  async run(statement, call) {
    if (statement.key === undefined) call.state.settings.clear();
    else call.state.settings.delete(statement.key.toLowerCase());
    return doneResult("RESET");
  },
};

export const setTimeZone: Command<"set_time_zone"> = {
  kinds: ["set_time_zone"],
  async run(statement, call) {
    if (statement.interval !== undefined)
      throw call.unsupported(statement.span, "An offset as time zone", "Use a name, such as 'Europe/Berlin'.");
    const zone = statement.zone ?? "UTC";
    const name = zone.toUpperCase() === "LOCAL" ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
    checkSetting("timezone", name, (message) => call.error(statement.span, "INVALID_CONF_VALUE.TIME_ZONE", message));
    call.state.settings.set("spark.sql.session.timezone", name);
    return doneResult("SET TIME ZONE");
  },
};

function checkSetting(name: string, value: string, fail: (message: string) => Error): void {
  if (name.includes("ansi")) {
    if (!/^(true|false)$/i.test(value)) throw fail(`"${value}" is neither true nor false.`);
    return;
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
  } catch {
    throw fail(`There is no time zone "${value}".`);
  }
}
