/** Cubic interpolation between the four points around `x`; `ys` are those of `xs`, which grow. */
export function interpolate(xs: ArrayLike<number>, ys: (index: number) => number, x: number): number {
  const last = xs.length - 1;
  if (x === xs[last]) return ys(last);
  let left = 0;
  let right = last;
  while (left + 1 < right) {
    const middle = left + Math.floor((right - left) / 2);
    if ((xs[middle] ?? 0) <= x) left = middle;
    else right = middle;
  }
  const from = left === 0 ? 0 : left === last - 1 ? left - 2 : left - 1;
  const points = [0, 1, 2, 3].map((step) => ({ x: xs[from + step] ?? 0, y: ys(from + step) }));
  return points.reduce((sum, { x: xi, y }) => {
    const others = points.filter((point) => point.x !== xi);
    const above = others.reduce((product, point) => product * (x - point.x), 1);
    const below = others.reduce((product, point) => product * (xi - point.x), 1);
    return sum + (y * above) / below;
  }, 0);
}
