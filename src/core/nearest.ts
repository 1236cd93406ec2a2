import leven from "leven";

/** The candidates most like `name`, best first; empty when nothing is close enough to be meant. */
export function nearest(name: string, candidates: Iterable<string>, most = 1): string[] {
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const distance = leven(wanted, candidate.toLowerCase(), { maxDistance: limit + 1 });
    if (distance <= limit) scored.push({ candidate, distance });
  }
  const longer = (candidate: string): number => Math.abs(candidate.length - wanted.length);
  scored.sort(
    (a, b) =>
      a.distance - b.distance || longer(a.candidate) - longer(b.candidate) || (a.candidate < b.candidate ? -1 : 1),
  );
  return scored.slice(0, most).map((entry) => entry.candidate);
}

/** `Did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const [best] = nearest(name, candidates);
  return best === undefined ? undefined : `Did you mean "${best}"?`;
}
