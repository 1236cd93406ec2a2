import { getCatalog, getSchema } from "../../../catalog/find.ts";
import { didYouMean } from "../../../core/nearest.ts";
import type { Expression } from "../../../sql/ast/expression.ts";
import { resolveZone } from "../../../sql/java/zone.ts";
import { intervalOf, parseInterval } from "../../../sql/types/interval.ts";
import { refuseVariable } from "../../../sql/script/variables.ts";
import { doneResult, rowsResult, textColumns } from "../result.ts";
import { MAINTENANCE_SETTINGS } from "../maintenance-settings.ts";
import {
  CHANGES_OUT_OF_RANGE,
  isAnsi,
  PARTITION_OVERWRITE_MODE,
  timeZoneOf,
  type SessionState,
} from "../session-state.ts";
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

/** The settings that mean something here; others are refused, as on a warehouse. */
const SETTINGS: readonly Setting[] = [
  {
    names: ["spark.sql.ansi.enabled", "ansi_mode"],
    shown: (state) => String(isAnsi(state)),
    values: ["true", "false"],
  },
  { names: ["spark.sql.session.timeZone", "timezone"], shown: timeZoneOf },
  {
    names: ["spark.sql.sources.partitionOverwriteMode"],
    shown: (state) => state.settings.get(PARTITION_OVERWRITE_MODE) ?? "static",
    values: ["static", "dynamic"],
  },
  {
    names: [CHANGES_OUT_OF_RANGE],
    shown: (state) => state.settings.get(CHANGES_OUT_OF_RANGE.toLowerCase()) ?? "false",
    values: ["true", "false"],
  },
  ...MAINTENANCE_SETTINGS.map(({ name, shown, problem }): Setting => ({ names: [name], shown, problem })),
];

interface Setting {
  /** How it can be called; it is kept by the first one. */
  readonly names: readonly [string, ...string[]];
  readonly shown: (state: SessionState) => string;
  /** What it can be; a time zone when left out. */
  readonly values?: readonly string[];
  /** What is wrong with a value, in place of `values`. */
  readonly problem?: (value: string) => string | undefined;
}

export const setConfiguration: Command<"set_configuration"> = {
  kinds: ["set_configuration"],
  async run(statement, call) {
    const { key, value } = statement;
    const { state } = call;
    const schema = textColumns("key", "value");
    if (key === undefined) {
      const rows = SETTINGS.map(({ names: [name], shown }) => ({ key: name, value: shown(state) }));
      return rowsResult("SET", schema, rows);
    }
    refuseVariable(key, statement.span, call.place, state.variables);
    const setting = settingOf(key);
    if (setting === undefined) {
      const names = SETTINGS.flatMap((each) => each.names);
      const hint = didYouMean(key, names) ?? `Known: ${names.join(", ")}.`;
      throw call.error(statement.span, "CONFIG_NOT_AVAILABLE", `There is no configuration ${key} here.`, hint);
    }
    if (value !== undefined) {
      checkSetting(setting, value, (message) => call.error(statement.span, "INVALID_CONF_VALUE", message));
      state.settings.set(setting.names[0].toLowerCase(), value);
    }
    return rowsResult("SET", schema, [{ key, value: setting.shown(state) }]);
  },
};

function settingOf(key: string): Setting | undefined {
  return SETTINGS.find(({ names }) => names.some((name) => name.toLowerCase() === key.toLowerCase()));
}

export const resetConfiguration: Command<"reset_configuration"> = {
  kinds: ["reset_configuration"],
  async run(statement, call) {
    if (statement.key === undefined) call.state.settings.clear();
    else call.state.settings.delete((settingOf(statement.key)?.names[0] ?? statement.key).toLowerCase());
    return doneResult("RESET");
  },
};

export const setTimeZone: Command<"set_time_zone"> = {
  kinds: ["set_time_zone"],
  async run(statement, call) {
    const offset = statement.interval === undefined ? undefined : offsetOf(statement.interval);
    if (statement.interval !== undefined && offset === undefined) {
      throw call.error(
        statement.interval.span,
        "INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE",
        "The interval value must be in the range of [-18, +18] hours with second precision.",
      );
    }
    const zone = offset ?? statement.zone ?? "UTC";
    const name = zone.toUpperCase() === "LOCAL" ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
    checkTimeZone(name, (message) => call.error(statement.span, "INVALID_CONF_VALUE.TIME_ZONE", message));
    call.state.settings.set("spark.sql.session.timezone", name);
    return doneResult("SET TIME ZONE");
  },
};

/** `+10:00` of `INTERVAL 10 HOURS`; undefined for what is no offset from UTC. */
function offsetOf(node: Expression): string | undefined {
  const found =
    node.kind === "interval"
      ? intervalOf(node)
      : node.kind === "typed_literal" && node.type === "interval"
        ? parseInterval(node.text)
        : undefined;
  if (found === undefined || found.value.months !== 0 || found.value.days !== 0) return undefined;
  const { micros } = found.value;
  const size = micros < 0n ? -micros : micros;
  if (size % 1_000_000n !== 0n || size > 18n * 3_600_000_000n) return undefined;
  const seconds = Number(size / 1_000_000n);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = (seconds % 60 === 0 ? parts.slice(0, 2) : parts).map((each) => String(each).padStart(2, "0")).join(":");
  return `${micros < 0n ? "-" : "+"}${shown}`;
}

function checkSetting({ values, problem }: Setting, value: string, fail: (message: string) => Error): void {
  const wrong = problem?.(value);
  if (wrong !== undefined) throw fail(wrong);
  if (problem !== undefined) return;
  if (values === undefined) checkTimeZone(value, fail);
  else if (!values.includes(value.toLowerCase())) throw fail(`"${value}" is none of ${values.join(", ")}.`);
}

function checkTimeZone(value: string, fail: (message: string) => Error): void {
  if (resolveZone(value) === undefined) throw fail(`There is no time zone "${value}".`);
}
