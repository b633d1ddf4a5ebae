import { readFileSync } from 'node:fs';
import { TrialFailure } from '../../domain/ports.ts';
import type { Loss } from './args.ts';
import type { EncodedLines } from './encoder.ts';

/** The compiled kernel's exports; assembly/kernel.ts says what each is. Addresses are bytes, unsigned. */
export interface KernelExports {
  readonly [name: string]: unknown;
  heapBase(): number;
  train(tokenLimit: number, maxRows: number): number;
  scoreLines(rows: number, starts: number, first: number, last: number, to: number): number;
  topLabels(rows: number, starts: number, first: number, last: number, to: number): number;
  averageLine(rows: number, count: number): void;
  fillInitial(seed: number, first: number, count: number, bound: number, to: number): void;
}

export interface KernelShape {
  readonly dim: number;
  readonly nLabels: number;
  readonly loss: Loss;
  /** Rows of the input matrix that are in memory. */
  readonly nRows: number;
  readonly lines: EncodedLines | null;
  /** Lines of an epoch, in order; a line may come several times. */
  readonly order: Int32Array;
}

/** WebAssembly's 32-bit memory, in pages of 64 KiB. */
const MAX_PAGES = 65536;
const PAGE = 65536;

const LOSS_CODES: Record<Loss, number> = { softmax: 0, ova: 1 };

/** One instance of the kernel with its memory: the matrices, and whatever lines it works on. */
export class Kernel {
  readonly exports: KernelExports;
  readonly memory: WebAssembly.Memory;
  /** Floats from one row to the next: `dim` rounded up to a multiple of four. */
  readonly stride: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly hidden: number;
  /** First byte behind everything that stays. */
  readonly scratch: number;

  constructor(shape: KernelShape) {
    this.stride = strideOf(shape.dim);
    const { at, end } = layOut(shape);
    this.memory = allocateMemory(end);
    const instance = new WebAssembly.Instance(compiledModule(), { env: { memory: this.memory, abort } });
    this.exports = instance.exports as unknown as KernelExports;
    if (this.exports.heapBase() > HEAP_BASE) throw new Error('the kernel has outgrown HEAP_BASE');
    this.inputs = at.inputs;
    this.outputs = at.outputs;
    this.hidden = at.hidden;
    this.scratch = end;
    for (const [name, address] of Object.entries(at)) this.set(name, address);
    this.set('strideBytes', this.stride * 4);
    this.set('nLabels', shape.nLabels);
    this.set('loss', LOSS_CODES[shape.loss]);
    this.set('orderLength', shape.order.length);
    this.floats(at.sigmoids, 2 * SIGMOID_SLOTS).set(sigmoidTables());
    if (shape.lines) this.#copyLines(at, shape.lines, shape.order);
  }

  get(name: string): number {
    return (this.exports[name] as WebAssembly.Global).value as number;
  }

  set(name: string, value: number): void {
    (this.exports[name] as WebAssembly.Global).value = value;
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  ints(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }

  /** One row of a matrix, without its padding. */
  row(matrix: 'inputs' | 'outputs', index: number, dim: number): Float32Array {
    return this.floats(this[matrix] + index * this.stride * 4, dim);
  }

  /** Makes sure that there are `bytes` from `scratch` on. */
  reserveScratch(bytes: number): void {
    const missing = Math.ceil((this.scratch + bytes - this.memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch (cause) {
      throw outOfMemory(this.scratch + bytes, cause);
    }
  }

  #copyLines(at: Places, lines: EncodedLines, order: Int32Array): void {
    this.ints(at.rows, lines.rows.length).set(lines.rows);
    this.ints(at.rowStarts, lines.rowStarts.length).set(lines.rowStarts);
    this.ints(at.labels, lines.labels.length).set(lines.labels);
    this.ints(at.labelStarts, lines.labelStarts.length).set(lines.labelStarts);
    this.ints(at.tokenCounts, lines.tokenCounts.length).set(lines.tokenCounts);
    this.ints(at.order, order.length).set(order);
  }
}

export function strideOf(dim: number): number {
  return (dim + 3) & ~3;
}

const REGIONS = [
  'hidden',
  'gradient',
  'scores',
  'alphas',
  'sigmoids',
  'outputs',
  'rows',
  'rowStarts',
  'labels',
  'labelStarts',
  'tokenCounts',
  'order',
  'inputs',
] as const;
type Places = Record<(typeof REGIONS)[number], number>;

/** Addresses of all regions, each on a cache line, and the end with room for reading past the last row. */
function layOut(shape: KernelShape): { at: Places; end: number } {
  const sizes = regionSizes(shape);
  const at = {} as Places;
  let end = HEAP_BASE;
  for (const region of REGIONS) {
    at[region] = end;
    end = Math.ceil((end + sizes[region] * 4) / 64) * 64;
  }
  return { at, end: end + 64 };
}

/** In 4-byte words. */
function regionSizes({ dim, nLabels, nRows, lines, order }: KernelShape): Places {
  const stride = strideOf(dim);
  const paddedLabels = (nLabels + 3) & ~3;
  return {
    hidden: stride + 16,
    gradient: stride + 16,
    scores: paddedLabels,
    alphas: paddedLabels,
    sigmoids: 2 * SIGMOID_SLOTS,
    outputs: paddedLabels * stride,
    rows: lines?.rows.length ?? 0,
    rowStarts: lines?.rowStarts.length ?? 0,
    labels: lines?.labels.length ?? 0,
    labelStarts: lines?.labelStarts.length ?? 0,
    tokenCounts: lines?.tokenCounts.length ?? 0,
    order: order.length,
    inputs: nRows * stride,
  };
}

/** The module's own tables end well below. */
const HEAP_BASE = 1 << 16;

/** The table of x in [−8, 8] has 513 entries; then exactly 0 and 1 for what is outside. */
const SIGMOID_SLOTS = 515;

/** Sigmoids as the official program tabulates them (expf, the rest in double), then −log(1 − sigmoid) for the loss. */
function sigmoidTables(): Float32Array {
  const tables = new Float32Array(2 * SIGMOID_SLOTS);
  for (let i = 0; i <= 512; i++) {
    tables[i] = 1 / (1 + Math.fround(Math.exp(-((i * 16) / 512 - 8))));
  }
  tables[514] = 1;
  for (let i = 0; i < SIGMOID_SLOTS; i++) tables[SIGMOID_SLOTS + i] = -Math.log(1 - tables[i]! + 1e-5);
  return tables;
}

function allocateMemory(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  if (pages > MAX_PAGES) throw outOfMemory(bytes);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: MAX_PAGES });
  } catch (cause) {
    throw outOfMemory(bytes, cause);
  }
}

function outOfMemory(bytes: number, cause?: unknown): TrialFailure {
  const gib = (bytes / 2 ** 30).toFixed(1);
  return new TrialFailure(
    'out-of-memory',
    `this model needs ${gib} GiB; at most 4 GiB can be used, and the machine may have less: lower dim or bucket`,
    { cause },
  );
}

let compiled: WebAssembly.Module | null = null;
function compiledModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
  return compiled;
}

function abort(): never {
  throw new Error('the fastText kernel aborted');
}
