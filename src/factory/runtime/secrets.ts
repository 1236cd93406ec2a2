import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Properties } from "./properties.ts";
import type { FactoryServices } from "./services.ts";

/**
 * A secret: text, a `SecureString`, or an `AzureKeyVaultSecret`, which is read from the environment under its name.
 * Throws `FACTORY_SECRET_MISSING` with the name of the variable to set.
 */
export function secretOf(properties: Properties, name: string, services: Pick<FactoryServices, "secrets">): string {
  const raw = properties.raw(name);
  if (!isJsonObject(raw) || raw["type"] !== "AzureKeyVaultSecret") return properties.text(name) ?? "";
  const secretName = properties.object(name).requiredText("secretName");
  const variable = environmentName(secretName);
  const value = services.secrets?.(secretName) ?? services.secrets?.(variable);
  if (value !== undefined) return value;
  throw new BoathouseError("FACTORY_SECRET_MISSING", `The key vault's secret "${secretName}" is not known here.`, {
    hint: `Set the environment variable ${variable}.`,
  });
}

/** `github-token` is read from `GITHUB_TOKEN`. */
function environmentName(secretName: string): string {
  return secretName.replace(/[^A-Za-z0-9]/g, "_").toUpperCase();
}
