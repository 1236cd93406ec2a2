/**
 * Where a node is in a run: its id, below the scopes it is in. `Each[3]/Copy` is the node `Copy` in the iteration `3`
 * of the container `Each`. Together with the run it is the node's identity, the attempt apart.
 */
export type Address = string;

/** A scope is an opened graph: `""` is the run's own, `Each[3]` an iteration of a container. */
export type ScopeAddress = string;

export const ROOT: ScopeAddress = "";

export function nodeAddress(scope: ScopeAddress, id: string): Address {
  return scope === ROOT ? escape(id) : `${scope}/${escape(id)}`;
}

export function scopeAddress(container: Address, key: string): ScopeAddress {
  return `${container}[${escape(key)}]`;
}

/** The scope that a node is in. */
export function scopeOf(address: Address): ScopeAddress {
  const slash = address.lastIndexOf("/");
  return slash < 0 ? ROOT : address.slice(0, slash);
}

/** The container that opened a scope; undefined for the run's own. */
export function containerOf(scope: ScopeAddress): Address | undefined {
  return scope === ROOT ? undefined : scope.slice(0, scope.lastIndexOf("["));
}

/** Whether `address` is the node or the scope `of` itself, or lies inside it. */
export function isWithin(address: Address, of: Address): boolean {
  if (of === ROOT || address === of) return true;
  return address.startsWith(of) && (address[of.length] === "[" || address[of.length] === "/");
}

/** The scopes around a node, the innermost first; the run's own is the last. */
export function scopesAround(address: Address): ScopeAddress[] {
  const scopes: ScopeAddress[] = [];
  for (let scope = scopeOf(address); ; scope = scopeOf(containerOf(scope) ?? "")) {
    scopes.push(scope);
    if (scope === ROOT) return scopes;
  }
}

function escape(part: string): string {
  return part.replace(/[%/[\]]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
