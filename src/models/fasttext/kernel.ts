import { readFileSync } from 'node:fs';
import { TrialFailure } from '../../domain/ports.ts';
import type { Loss } from './args.ts';
import type { EncodedLines } from './encoder.ts';
import { HEAP_BASE, type KernelShape, layOut, type Places, strideOf } from './kernel-layout.ts';
import type { LossTables } from './loss-tables.ts';
import { sigmoidTables } from './sigmoid-tables.ts';

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

/** WebAssembly's 32-bit memory, in pages of 64 KiB. */
const MAX_PAGES = 65536;
const PAGE = 65536;

const LOSS_CODES: Record<Loss, number> = { softmax: 0, ova: 1, hs: 2, ns: 3 };

/** One instance of the kernel with its memory: the matrices, and whatever lines it works on. */
export class Kernel {
  readonly exports: KernelExports;
  readonly memory: WebAssembly.Memory;
  readonly loss: Loss;
  /** Floats from one row to the next. */
  readonly stride: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly hidden: number;
  /** First byte behind everything that stays. */
  readonly scratch: number;

  constructor(shape: KernelShape) {
    this.stride = strideOf(shape.dim);
    this.loss = shape.tables.loss;
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
    this.set('loss', LOSS_CODES[this.loss]);
    this.set('orderLength', shape.order.length);
    this.#copyTables(at, shape.tables);
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

  #copyTables(at: Places, { regions, numbers }: LossTables): void {
    const sigmoids = sigmoidTables();
    this.floats(at.sigmoids, sigmoids.length).set(sigmoids);
    for (const [name, number] of Object.entries(numbers)) this.set(name, number);
    for (const [name, table] of Object.entries(regions)) {
      if (table instanceof Int32Array) this.ints(at[name]!, table.length).set(table);
      else this.floats(at[name]!, table.length).set(table);
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
