import { inject } from "vitest";
import { newContainer, type TestContainer } from "./new-container.ts";

export type { TestContainer } from "./new-container.ts";

/** A new container in the run's Azurite. */
export async function openContainer(): Promise<TestContainer> {
  const answer = await fetch(inject("azurite"));
  const endpoint = await answer.text();
  if (!answer.ok) throw new Error(endpoint);
  return newContainer(endpoint);
}
