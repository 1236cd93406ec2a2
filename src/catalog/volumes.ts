import { canonicalUrl } from "../storage/url.ts";
import { checkedName, type Change, type CommonOptions, type Created, type CreateMode } from "./change.ts";
import { getSchema } from "./find.ts";
import { managedPlace } from "./relations.ts";
import type { Volume } from "./securable.ts";

export interface CreateVolumeOptions extends CommonOptions {
  readonly name: readonly string[];
  readonly mode?: Exclude<CreateMode, "replace">;
  /** Makes it external. */
  readonly location?: string;
}

export function createVolume(change: Change, options: CreateVolumeOptions): Created<Volume> {
  const { access, snapshot } = change;
  const schema = getSchema(access, options.name);
  const name = checkedName(options.name[2]);
  access.require("USE SCHEMA", schema);
  const existing = snapshot.child(schema.id, "volume", name);
  if (existing?.kind === "volume" && options.mode === "if_not_exists")
    return { securable: existing, outcome: "unchanged" };
  access.require("CREATE VOLUME", schema);
  change.requireNew(schema, "volume", name);
  const common = change.common(schema.id, name, options);
  if (options.location === undefined) {
    const location = managedPlace(change, schema, "volumes", common.id);
    return {
      securable: change.put<Volume>({ ...common, kind: "volume", storage: "managed", location }),
      outcome: "created",
    };
  }
  const location = canonicalUrl(options.location);
  change.places.requireFree(access, location, "data");
  change.places.requireLocation(access, location, "CREATE EXTERNAL VOLUME");
  return {
    securable: change.put<Volume>({ ...common, kind: "volume", storage: "external", location }),
    outcome: "created",
  };
}
