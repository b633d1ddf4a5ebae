import { EngineError, type Numbers, type RunValues } from './engine.ts';
import type { Batch } from './network.ts';
import { type Gradient, mergeRows, touchRows } from './optimizer/adamw.ts';
import type { Heap } from './optimizer/heap.ts';
import type { SparseParameter, StoredParameter } from './optimizer/parameters.ts';
import { type FeedSpec, gradientName, idsName, rowsName } from './program.ts';
import { sizeOf } from './tracing/graph.ts';

interface StepParts {
  readonly heap: Heap;
  readonly parameters: readonly StoredParameter[];
  readonly batch: Batch;
  /** The random key of a dropout's mask in this step. */
  maskKey(site: number): number;
}

interface Result {
  readonly at: number;
  readonly length: number;
  readonly type: 'float32' | 'int32';
}

/** The arrays of one run. All but the batch's own lie in the heap; what only this run needs is scratch. */
export class StepValues implements RunValues {
  readonly #parts: StepParts;
  readonly #byName: ReadonlyMap<string, StoredParameter>;
  readonly #results = new Map<string, Result>();

  constructor(parts: StepParts) {
    this.#parts = parts;
    this.#byName = new Map(parts.parameters.map((parameter) => [parameter.name, parameter]));
  }

  reserve(bytes: number): void {
    this.#parts.heap.reserve(bytes);
  }

  feed({ shape, type, role }: FeedSpec): Numbers {
    const { heap, batch, maskKey } = this.#parts;
    switch (role.kind) {
      case 'parameter': {
        const { weights } = this.#byName.get(role.parameter)!;
        return heap.floats(weights, sizeOf(shape));
      }
      case 'table':
        return this.#table(role.parameter, role.input);
      case 'input':
        return checkInput(batch, role.input, { size: sizeOf(shape), type });
      case 'mask': {
        const size = sizeOf(shape);
        const count = (size + 3) & ~3;
        const at = heap.allocate(count);
        heap.kernel.fillMask(
          at,
          count,
          maskKey(role.site),
          Math.round(role.rate * 2 ** 32),
          1 / (1 - role.rate),
        );
        return heap.floats(at, size);
      }
    }
  }

  target(name: string, shape: readonly number[], type: 'float32' | 'int32'): Numbers {
    const length = sizeOf(shape);
    const at = this.#denseGradient(name) ?? this.#parts.heap.allocate(length);
    this.#results.set(name, { at, length, type });
    return this.result(name);
  }

  names(): string[] {
    return [...this.#results.keys()];
  }

  result(name: string): Numbers {
    const { at, length, type } = this.#results.get(name)!;
    return type === 'float32' ? this.#parts.heap.floats(at, length) : this.#parts.heap.ints(at, length);
  }

  /** Of the parameters that have one in this run; rows of sparse tables are merged now, so ask once. */
  gradients(): Gradient[] {
    return this.#parts.parameters.flatMap((parameter): Gradient[] => {
      if (parameter.kind.kind === 'sparse') return this.#rows(parameter, parameter.kind);
      return this.#results.has(gradientName(parameter.name)) ? [{ kind: 'dense', parameter }] : [];
    });
  }

  /** The whole table, of which the rows that this input names are what they must be by now. */
  #table(name: string, input: string): Numbers {
    const { heap, batch } = this.#parts;
    const parameter = this.#byName.get(name)!;
    const { rows } = parameter.kind as SparseParameter;
    const ids = batch.arrays[input];
    if (!(ids instanceof Int32Array)) throw new EngineError(`"${input}" must be int32.`);
    for (const id of ids) {
      if (id < 0 || id >= rows)
        throw new EngineError(`"${name}" has ${rows} rows; "${input}" asks for row ${id}.`);
    }
    touchRows(heap, parameter, ids);
    return heap.floats(parameter.weights, parameter.count);
  }

  #denseGradient(name: string): number | null {
    const prefix = gradientName('');
    if (!name.startsWith(prefix)) return null;
    const kind = this.#byName.get(name.slice(prefix.length))?.kind;
    return kind?.kind === 'dense' ? kind.gradient : null;
  }

  #rows(parameter: StoredParameter, { stride }: SparseParameter): Gradient[] {
    const lookups: number[] = [];
    for (let i = 0; this.#results.has(rowsName(parameter.name, i)); i++) lookups.push(i);
    if (lookups.length === 0) return [];
    const { heap } = this.#parts;
    const ids = this.#joined(lookups.map((i) => idsName(parameter.name, i)));
    const values = this.#joined(lookups.map((i) => rowsName(parameter.name, i)));
    const n = values.length / stride;
    return [mergeRows(heap, parameter, { at: values.at, ids: ids.at, n })];
  }

  /** Several results one after another. */
  #joined(names: readonly string[]): { readonly at: number; readonly length: number } {
    const parts = names.map((name) => this.#results.get(name)!);
    if (parts.length === 1) return parts[0]!;
    const { heap } = this.#parts;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const at = heap.allocate(length);
    let filled = 0;
    for (const part of parts) {
      heap.ints(at, length).set(heap.ints(part.at, part.length), filled);
      filled += part.length;
    }
    return { at, length };
  }
}

function checkInput(
  { arrays }: Batch,
  name: string,
  { size, type }: { size: number; type: string },
): Numbers {
  const values = arrays[name];
  if (!values) throw new EngineError(`The batch has no "${name}".`);
  if (values.length !== size)
    throw new EngineError(`"${name}" needs ${size} numbers, the batch has ${values.length}.`);
  if ((values instanceof Int32Array ? 'int32' : 'float32') !== type)
    throw new EngineError(`"${name}" must be ${type}.`);
  return values;
}
