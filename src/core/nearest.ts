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
  // Letters are left out more often than mistaken.
  const exchanged = (candidate: string): number => (isWithin(wanted, candidate.toLowerCase()) ? 0 : 1);
  // And the first is seldom wrong.
  const begins = (candidate: string): number => (candidate.toLowerCase().startsWith(wanted.charAt(0)) ? 0 : 1);
  scored.sort(
    (a, b) =>
      a.distance - b.distance ||
      exchanged(a.candidate) - exchanged(b.candidate) ||
      longer(a.candidate) - longer(b.candidate) ||
      begins(a.candidate) - begins(b.candidate) ||
      (a.candidate < b.candidate ? -1 : 1),
  );
  return scored.slice(0, most).map((entry) => entry.candidate);
}

/** Whether all letters of `text` stand in `longer`, in their order. */
function isWithin(text: string, longer: string): boolean {
  let at = 0;
  for (const letter of longer) if (letter === text[at]) at += 1;
  return at === text.length;
}

/** `Did you mean "x"?`, or undefined when nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const [best] = nearest(name, candidates);
  return best === undefined ? undefined : `Did you mean "${best}"?`;
}
