// Random numbers: minstd, x ← 48271 x mod (2³¹ − 1).

export let randomState: u32 = 1;

// @ts-expect-error: decorator
@inline
function nextState(state: u32): u32 {
  const product = <u64>state * 48271;
  let x = <u32>(product & 0x7fffffff) + <u32>(product >> 31);
  if (x >= 0x7fffffff) x -= 0x7fffffff;
  return x;
}

/** A whole number in [0, n): equal shares of the generator's range, the rest is drawn again. */
export function drawBelow(n: i32): i32 {
  const share: u32 = 2147483645 / <u32>n;
  const past: u32 = share * <u32>n;
  let x: u32;
  do {
    randomState = nextState(randomState);
    x = randomState - 1;
  } while (x >= past);
  return x / share;
}

/** One of a line's labels: it is drawn even where there is only one. */
export function drawTarget(targets: usize, count: i32): i32 {
  return load<i32>(targets + (<usize>drawBelow(count) << 2));
}

/** Fills `count` floats with the matrix's initial values from element `first` on: uniform in (−bound, bound). */
export function fillInitial(seed: u32, first: f64, count: i32, bound: f32, to: usize): void {
  let state = jump(seed, <u64>first * 2);
  const range = <f64>bound - -<f64>bound;
  const span: f64 = 2147483646;
  for (let end = to + (<usize>count << 2); to < end; to += 4) {
    state = nextState(state);
    let sum = <f64>(state - 1);
    state = nextState(state);
    sum += <f64>(state - 1) * span;
    let unit = sum / (span * span);
    if (unit >= 1) unit = 1 - f64.EPSILON / 2;
    store<f32>(to, <f32>(unit * range + -<f64>bound));
  }
}

/** The state after `steps` draws: 48271^steps · seed mod (2³¹ − 1). */
function jump(seed: u32, steps: u64): u32 {
  let factor: u64 = 48271;
  let result: u64 = seed;
  for (; steps > 0; steps >>= 1) {
    if (steps & 1) result = (result * factor) % 0x7fffffff;
    factor = (factor * factor) % 0x7fffffff;
  }
  return <u32>result;
}
