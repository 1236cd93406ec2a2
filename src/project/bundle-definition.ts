import type { Json, JsonObject } from "../core/json.ts";
import type { JobSettings } from "../jobs/settings.ts";
import type { PipelineSettings } from "../pipelines/spec.ts";

/**
 * A bundle written in TypeScript: the same data as `databricks.yml`, with types. Nothing is added to it and nothing is
 * left out, so that it can be printed as that file and run from there. Paths start at the bundle's folder.
 */
export interface BundleDefinition {
  readonly bundle?: { readonly name: string; readonly [more: string]: Json };
  readonly variables?: Readonly<Record<string, VariableDefinition>>;
  readonly resources?: ResourceDefinitions;
  readonly targets?: Readonly<Record<string, TargetDefinition>>;
  readonly workspace?: JsonObject;
  readonly permissions?: readonly JsonObject[];
  readonly run_as?: JsonObject;
  readonly presets?: JsonObject;
  readonly sync?: JsonObject;
}

export interface VariableDefinition {
  readonly description?: string;
  readonly default?: Json;
  readonly type?: "complex";
}

export interface TargetDefinition {
  readonly default?: boolean;
  readonly mode?: "development" | "production";
  readonly variables?: Readonly<Record<string, Json>>;
  readonly resources?: ResourceDefinitions;
  readonly workspace?: JsonObject;
  readonly presets?: JsonObject;
  readonly permissions?: readonly JsonObject[];
  readonly run_as?: JsonObject;
}

export interface ResourceDefinitions {
  readonly jobs?: Readonly<Record<string, JobSettings>>;
  readonly pipelines?: Readonly<Record<string, PipelineSettings>>;
  readonly catalogs?: Readonly<Record<string, CatalogSettings>>;
  readonly schemas?: Readonly<Record<string, SchemaSettings>>;
  readonly volumes?: Readonly<Record<string, VolumeSettings>>;
  readonly external_locations?: Readonly<Record<string, ExternalLocationSettings>>;
  readonly storage_credentials?: Readonly<Record<string, StorageCredentialSettings>>;
}

export interface GrantSettings {
  readonly principal: string;
  /** In the API's spelling (`USE_CATALOG`) or SQL's. */
  readonly privileges: readonly string[];
}

interface Governed {
  readonly comment?: string;
  readonly grants?: readonly GrantSettings[];
}

export interface CatalogSettings extends Governed {
  readonly name: string;
  readonly storage_root?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface SchemaSettings extends Governed {
  readonly name: string;
  readonly catalog_name: string;
  readonly storage_root?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface VolumeSettings extends Governed {
  readonly name: string;
  readonly catalog_name: string;
  readonly schema_name: string;
  readonly volume_type?: "MANAGED" | "EXTERNAL";
  readonly storage_location?: string;
}

export interface ExternalLocationSettings extends Governed {
  readonly name: string;
  readonly url: string;
  readonly credential_name: string;
  readonly read_only?: boolean;
}

export interface StorageCredentialSettings extends Governed {
  readonly name: string;
  readonly azure_managed_identity: {
    readonly access_connector_id: string;
    readonly managed_identity_id?: string;
  };
  readonly read_only?: boolean;
}

/** Types a bundle; the value is the same. */
export function defineBundle<const T extends BundleDefinition>(definition: T): T {
  return definition;
}
