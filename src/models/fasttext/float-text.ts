/**
 * Numbers as C's `%.5g` prints them: five significant digits, no trailing zeros, exponents of two digits. A vectors
 * file holds millions, so the usual sizes are written as bytes without a string between.
 */
export class FloatText {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** What was written since the last call; valid until the next write. */
  take(): Uint8Array {
    const text = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return text;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Each number with a space before it. */
  appendNumbers(numbers: Float32Array): void {
    this.#reserve(numbers.length * LONGEST);
    for (const x of numbers) {
      this.#bytes[this.#length++] = SPACE;
      const size = Math.abs(x);
      if (size >= 1e-4 && size < 0.99999) this.#length = writeFraction(this.#bytes, this.#length, x);
      else this.append(Buffer.from(formatFloat(x)));
    }
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(2 * (this.#length + bytes));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** Of `%.5g`, with the space: ` -1.2346e+05`. */
const LONGEST = 16;
const [SPACE, MINUS, POINT, ZERO] = [0x20, 0x2d, 0x2e, 0x30];

/**
 * 0.0001 … 0.99999: sign, `0.`, zeros, digits. A float32 times 10⁸ is exact in a double, so a tie is seen as one.
 * @returns the place behind it
 */
function writeFraction(to: Uint8Array, at: number, x: number): number {
  const size = Math.abs(x);
  let zeros = size >= 0.1 ? 0 : size >= 0.01 ? 1 : size >= 0.001 ? 2 : 3;
  // `| 0` keeps the divisions below in integers.
  let digits = roundToEven(size * SCALES[zeros]!) | 0;
  if (digits === 100_000) {
    digits = 10_000;
    zeros--;
  }
  if (x < 0) to[at++] = MINUS;
  to[at++] = ZERO;
  to[at++] = POINT;
  for (let i = 0; i < zeros; i++) to[at++] = ZERO;
  let places = 5;
  while (digits % 10 === 0) {
    digits = (digits / 10) | 0;
    places--;
  }
  for (let i = places - 1; i >= 0; i--) {
    to[at + i] = ZERO + (digits % 10);
    digits = (digits / 10) | 0;
  }
  return at + places;
}

const SCALES = [1e5, 1e6, 1e7, 1e8];

function roundToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Any number, slowly. */
export function formatFloat(x: number): string {
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'nan' : x < 0 ? '-inf' : 'inf';
  const [mantissa, exponent] = roundToFiveDigits(x).split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= 5) {
    return `${trimZeros(mantissa)}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return trimZeros(Number(`${mantissa}e${power}`).toFixed(4 - power));
}

/** C rounds an exact tie to the even digit, JavaScript away from zero. */
function roundToFiveDigits(x: number): string {
  const rounded = x.toExponential(4);
  const exact = x.toExponential(5);
  if (Number(exact) !== x || !/5e/.test(exact)) return rounded;
  const down = exact.replace(/5e/, 'e');
  return /[02468]e/.test(down) ? down : rounded;
}

const trimZeros = (digits: string): string => (digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits);
