import { readFileSync } from 'node:fs';
import { EngineError } from '../engine.ts';

/** The exports of assembly/kernel.ts, which says what each is. Addresses are bytes. */
export interface OptimizerKernel {
  heapBase(): number;
  sumSquares(at: number, count: number): number;
  adamw(w: number, m: number, v: number, g: number, count: number, scale: number, step: number): void;
  mergeRows(ids: number, n: number, width: number, g: number, slots: number, unique: number): number;
  touchRows(
    w: number,
    m: number,
    v: number,
    rows: number,
    n: number,
    width: number,
    done: number,
    history: number,
    step: number,
  ): void;
  updateRows(
    w: number,
    m: number,
    v: number,
    g: number,
    rows: number,
    n: number,
    width: number,
    scale: number,
    done: number,
    history: number,
    step: number,
  ): void;
  replayRows(
    w: number,
    m: number,
    v: number,
    first: number,
    last: number,
    width: number,
    done: number,
    history: number,
    step: number,
  ): void;
  fillMask(to: number, count: number, key: number, threshold: number, scale: number): void;
  readonly beta1: WebAssembly.Global;
  readonly beta2: WebAssembly.Global;
  readonly epsilon: WebAssembly.Global;
}

const PAGE = 65536;
/** A 32-bit address space: 4 GiB. */
const MAX_PAGES = 65536;
const LINE = 64;

/**
 * One WebAssembly memory for weights, moments, gradients and what a step needs for a moment: the kernel and ONNX
 * Runtime read and write it in place. It grows; views of before are empty then, so ask again for each use.
 */
export class Heap {
  readonly kernel: OptimizerKernel;
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES });
  readonly #views = new Map<string, Float32Array | Int32Array>();
  #end: number;
  #scratch: number | null = null;

  constructor() {
    const module = new WebAssembly.Module(readFileSync(new URL('./kernel.wasm', import.meta.url)));
    const abort = (): never => {
      throw new Error('the optimiser kernel aborted');
    };
    const instance = new WebAssembly.Instance(module, { env: { memory: this.#memory, abort } });
    this.kernel = instance.exports as unknown as OptimizerKernel;
    this.#end = align(this.kernel.heapBase());
  }

  /** Room for `length` floats or int32s, zeroed where it was never used. @returns its address */
  allocate(length: number): number {
    this.reserve(length * 4);
    const at = this.#end;
    this.#end = align(at + length * 4);
    return at;
  }

  /** Makes sure that this many bytes can be allocated without another growth. */
  reserve(bytes: number): void {
    const missing = Math.ceil((align(this.#end + bytes) - this.#memory.buffer.byteLength) / PAGE);
    if (missing > 0) this.#grow(missing);
  }

  /** Gives back what was allocated since the first call of this. */
  resetScratch(): void {
    this.#scratch ??= this.#end;
    this.#end = this.#scratch;
  }

  floats(at: number, length: number): Float32Array {
    return this.#view(`f${at}:${length}`, () => new Float32Array(this.#memory.buffer, at, length));
  }

  ints(at: number, length: number): Int32Array {
    return this.#view(`i${at}:${length}`, () => new Int32Array(this.#memory.buffer, at, length));
  }

  #view<T extends Float32Array | Int32Array>(key: string, make: () => T): T {
    const known = this.#views.get(key) as T | undefined;
    if (known) return known;
    const view = make();
    this.#views.set(key, view);
    return view;
  }

  #grow(pages: number): void {
    try {
      this.#memory.grow(pages);
    } catch (cause) {
      const gib = ((this.#memory.buffer.byteLength / PAGE + pages) / 16384).toFixed(1);
      throw new EngineError(
        `This network needs ${gib} GiB for weights, moments and gradients; at most 4 GiB can be used.`,
        {
          fix: 'Make it smaller: fewer layers, a smaller hidden size or vocabulary.',
          cause,
        },
      );
    }
    this.#views.clear();
  }
}

const align = (address: number): number => Math.ceil(address / LINE) * LINE;
