/**
 * Functions of Java's `StrictMath`, which are fdlibm's to the last digit (Sun Microsystems, "Freely Distributable Math
 * Library"). What JavaScript computes in the same way is not here.
 */

const bits = new DataView(new ArrayBuffer(8));

function high(x: number): number {
  bits.setFloat64(0, x);
  return bits.getInt32(0);
}

function low(x: number): number {
  bits.setFloat64(0, x);
  return bits.getUint32(4);
}

function withHigh(x: number, word: number): number {
  bits.setFloat64(0, x);
  bits.setInt32(0, word);
  return bits.getFloat64(0);
}

/** The upper 32 bits alone. */
function head(x: number): number {
  bits.setFloat64(0, x);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

export function cbrt(x: number): number {
  if (!Number.isFinite(x) || x === 0) return x;
  const size = Math.abs(x);
  const word = high(size);
  let t: number;
  if (word < 0x00100000) {
    const scaled = size * 2 ** 54;
    t = withHigh(0, Math.trunc(high(scaled) / 3) + 696219795);
  } else {
    t = withHigh(0, Math.trunc(word / 3) + 715094163);
  }
  let r = (t * t) / size;
  let s = 0.5428571428571428 + r * t;
  t *= 0.35714285714285715 + 1.6071428571428572 / (s + 1.4142857142857144 + -0.7053061224489796 / s);
  t = withHigh(head(t), high(t) + 1);
  s = t * t;
  r = size / s;
  const w = t + t;
  r = (r - t) / (w + r);
  t += t * r;
  return x < 0 ? -t : t;
}

/** Java's answer where the quotient is beyond 2^60 and `x` is negative has not been mended as JavaScript's has. */
export function atan2(y: number, x: number): number {
  const exponent = (value: number): number => high(Math.abs(value)) >> 20;
  const beyond =
    x < 0 && Number.isFinite(x) && Number.isFinite(y) && y !== 0 && (high(Math.abs(y)) - high(Math.abs(x))) >> 20 > 60;
  if (!beyond || exponent(y) === 0) return Math.atan2(y + 0, x + 0);
  const low = 1.2246467991473532e-16;
  const angle = Math.PI / 2 + 0.5 * low - low;
  return y > 0 ? Math.PI - angle : angle - Math.PI;
}

export function hypot(x: number, y: number): number {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  if (a === Infinity || b === Infinity) return Infinity;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  if (high(b) > high(a)) [a, b] = [b, a];
  let [ha, hb] = [high(a), high(b)];
  if (ha - hb > 0x3c00000) return a + b;
  let scale = 1;
  if (ha > 0x5f300000) {
    scale = 2 ** 600;
    [a, b, ha, hb] = [a / scale, b / scale, ha - 0x25800000, hb - 0x25800000];
  }
  if (hb < 0x20b00000) {
    if (b === 0) return a * scale;
    const up = hb <= 0x000fffff ? 2 ** 1022 : 2 ** 600;
    scale /= up;
    [a, b] = [a * up, b * up];
    [ha, hb] = [high(a), high(b)];
  }
  let w = a - b;
  if (w > b) {
    const t1 = withHigh(0, ha);
    const t2 = a - t1;
    w = Math.sqrt(t1 * t1 - (b * -b - t2 * (a + t1)));
  } else {
    a += a;
    const y1 = withHigh(0, hb);
    const y2 = b - y1;
    const t1 = withHigh(0, ha + 0x00100000);
    const t2 = a - t1;
    w = Math.sqrt(t1 * y1 - (w * -w - (t1 * y2 + t2 * b)));
  }
  return w * scale;
}

const OVERFLOW = 8.008566259537294e-17;

/** `x` to the power of `y`. */
export function pow(x: number, y: number): number {
  if (y === 0) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return x + y;
  const hx = high(x);
  const hy = high(y);
  let ix = hx & 0x7fffffff;
  const iy = hy & 0x7fffffff;
  const whole = hx < 0 ? parity(y) : 0;
  if (Math.abs(y) === Infinity) {
    const size = Math.abs(x);
    if (size === 1) return Number.NaN;
    return size > 1 ? (y > 0 ? y : 0) : y < 0 ? -y : 0;
  }
  if (y === 1) return x;
  if (y === -1) return 1 / x;
  if (y === 2) return x * x;
  if (y === 0.5 && hx >= 0) return Math.sqrt(x);
  let ax = Math.abs(x);
  if (low(x) === 0 && (ix === 0x7ff00000 || ix === 0 || ix === 0x3ff00000)) {
    const z = y < 0 ? 1 / ax : ax;
    if (hx >= 0) return z;
    if (ix === 0x3ff00000 && whole === 0) return Number.NaN;
    return whole === 1 ? -z : z;
  }
  if (hx < 0 && whole === 0) return Number.NaN;
  const sign = hx < 0 && whole === 1 ? -1 : 1;
  let t1: number;
  let t2: number;
  if (iy > 0x41e00000) {
    if (iy > 0x43f00000) {
      if (ix <= 0x3fefffff) return y < 0 ? Infinity : 0;
      if (ix >= 0x3ff00000) return y > 0 ? Infinity : 0;
    }
    if (ix < 0x3fefffff) return y < 0 ? sign * Infinity : sign < 0 ? -0 : 0;
    if (ix > 0x3ff00000) return y > 0 ? sign * Infinity : sign < 0 ? -0 : 0;
    const t = ax - 1;
    const w = t * t * (0.5 - t * (0.3333333333333333 - t * 0.25));
    const u = 1.4426950216293335 * t;
    const v = t * 1.9259629911266175e-8 - w * 1.4426950408889634;
    t1 = head(u + v);
    t2 = v - (t1 - u);
  } else {
    let n = 0;
    if (ix < 0x00100000) {
      ax *= 2 ** 53;
      n -= 53;
      ix = high(ax);
    }
    n += (ix >> 20) - 0x3ff;
    const j = ix & 0x000fffff;
    ix = j | 0x3ff00000;
    let k = 0;
    if (j <= 0x3988e) k = 0;
    else if (j < 0xbb67a) k = 1;
    else {
      n += 1;
      ix -= 0x00100000;
    }
    ax = withHigh(ax, ix);
    const base = k === 0 ? 1 : 1.5;
    const u = ax - base;
    const v = 1 / (ax + base);
    const ss = u * v;
    const sh = head(ss);
    const th = withHigh(0, ((ix >> 1) | 0x20000000) + 0x00080000 + (k << 18));
    const tl = ax - (th - base);
    const sl = v * (u - sh * th - sh * tl);
    let s2 = ss * ss;
    let r =
      s2 *
      s2 *
      (0.5999999999999946 +
        s2 *
          (0.4285714285785502 +
            s2 *
              (0.33333332981837743 +
                s2 * (0.272728123808534 + s2 * (0.23066074577556175 + s2 * 0.20697501780033842)))));
    r += sl * (sh + ss);
    s2 = sh * sh;
    const rh = head(3 + s2 + r);
    const rl = r - (rh - 3 - s2);
    const p = sh * rh;
    const q = sl * rh + rl * ss;
    const ph = head(p + q);
    const pl = q - (ph - p);
    const zh = 0.9617967009544373 * ph;
    const zl = -7.028461650952758e-9 * ph + pl * 0.9617966939259756 + (k === 0 ? 0 : 1.350039202129749e-8);
    const more = k === 0 ? 0 : 0.5849624872207642;
    t1 = head(zh + zl + more + n);
    t2 = zl - (t1 - n - more - zh);
  }
  const y1 = head(y);
  const pl = (y - y1) * t1 + y * t2;
  let ph = y1 * t1;
  let z = pl + ph;
  let word = high(z);
  if (word >= 0x40900000) {
    if (word > 0x40900000 || low(z) !== 0 || pl + OVERFLOW > z - ph) return sign * Infinity;
  } else if ((word & 0x7fffffff) >= 0x4090cc00 && (z < -1075 || (z === -1075 && pl <= z - ph)))
    return sign < 0 ? -0 : 0;
  let i = word & 0x7fffffff;
  let exponent = (i >> 20) - 0x3ff;
  let n = 0;
  if (i > 0x3fe00000) {
    n = word + (0x00100000 >> (exponent + 1));
    exponent = ((n & 0x7fffffff) >> 20) - 0x3ff;
    const t = withHigh(0, n & ~(0x000fffff >> exponent));
    n = ((n & 0x000fffff) | 0x00100000) >> (20 - exponent);
    if (word < 0) n = -n;
    ph -= t;
  }
  const t = head(pl + ph);
  const u = t * 0.6931471824645996;
  const v = (pl - (t - ph)) * 0.6931471805599453 + t * -1.904654299957768e-9;
  z = u + v;
  const w = v - (z - u);
  const tt = z * z;
  const r1 =
    z -
    tt *
      (0.16666666666666602 +
        tt *
          (-0.0027777777777015593 +
            tt * (6.613756321437934e-5 + tt * (-1.6533902205465252e-6 + tt * 4.1381367970572385e-8))));
  const r = (z * r1) / (r1 - 2) - (w + z * w);
  z = 1 - (r - z);
  word = high(z) + (n << 20);
  i = word >> 20;
  return sign * (i <= 0 ? z * 2 ** Math.max(n, -1000) * 2 ** Math.min(n + 1000, 0) : withHigh(z, word));
}

/** 1 for an odd whole number, 2 for an even one, else 0. */
function parity(y: number): 0 | 1 | 2 {
  if (!Number.isInteger(y)) return 0;
  return Math.abs(y % 2) === 1 ? 1 : 2;
}
