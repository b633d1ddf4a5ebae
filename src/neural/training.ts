import { mixSeed } from '../domain/random.ts';
import type { Engine, Numbers, Runner } from './engine.ts';
import { initialValues } from './initializers.ts';
import type { Batch, Network, Weights } from './network.ts';
import { flushRows, globalNorm, updateParameters } from './optimizer/adamw.ts';
import { Heap } from './optimizer/heap.ts';
import {
  readParameter,
  type StoredParameter,
  storeParameters,
  writeParameter,
} from './optimizer/parameters.ts';
import type { LearningRate, OptimizerOptions } from './optimizer/settings.ts';
import { inferenceProgram, LOSS, outputName, type Program, trainingProgram } from './program.ts';
import { StepValues } from './step-values.ts';
import { checkArrays, packState, restoreState } from './training-state.ts';

export interface TrainingOptions extends OptimizerOptions {
  /** Decides the first weights and all dropout. */
  readonly seed: number;
}

export interface StepOptions {
  /** For all parameters, or by group (0 for a group that is not named). */
  readonly learningRate: LearningRate;
  /** Groups without gradient and update. Each set is a graph of its own, compiled when it is first used. */
  readonly frozen?: readonly string[];
}

export type NamedArrays = Readonly<Record<string, Float32Array>>;

export interface StepResult {
  /** Of this batch, before the update. */
  readonly loss: number;
  /** Of all gradients together, before clipping. Where it or the loss is not finite, nothing was updated. */
  readonly gradientNorm: number;
  readonly outputs: NamedArrays;
}

/** A network with its weights and the state of its optimiser. */
export interface Training {
  readonly steps: number;
  step(batch: Batch, options: StepOptions): Promise<StepResult>;
  /** Without dropout. */
  evaluate(batch: Batch): Promise<{ readonly loss: number; readonly outputs: NamedArrays }>;
  /** Needs no targets. */
  predict(batch: Batch): Promise<NamedArrays>;
  /** A copy. */
  weights(): Weights;
  /** The optimiser's moments stay as they are. @throws WeightsError when they are of another network */
  setWeights(weights: Weights): void;
  saveState(): Uint8Array;
  /** @throws WeightsError when the state is of another network */
  loadState(bytes: Uint8Array): void;
  dispose(): Promise<void>;
}

/** Lays the network's parameters out and fills them; graphs are compiled as batches of new shapes come. */
export async function startTraining(
  engine: Engine,
  network: Network,
  options: TrainingOptions,
): Promise<Training> {
  return new EngineTraining(engine, network, options);
}

type Mode = 'train' | 'evaluate' | 'predict';

/** Each holds memory for its shape: those that were not used for longest go. */
const MOST_RUNNERS = 32;

/** Owns the heap and the compiled graphs. */
class EngineTraining implements Training {
  steps = 0;
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #options: TrainingOptions;
  readonly #heap = new Heap();
  readonly #parameters: readonly StoredParameter[];
  readonly #runners = new Map<string, Promise<Runner>>();
  #seed: number;

  constructor(engine: Engine, network: Network, options: TrainingOptions) {
    this.#engine = engine;
    this.#network = network;
    this.#options = options;
    this.#seed = options.seed;
    this.#parameters = storeParameters(network, this.#heap);
    for (const parameter of this.#parameters) {
      const values = initialValues(parameter.name, parameter.spec, options.seed);
      writeParameter(this.#heap, parameter, parameter.weights, values);
    }
  }

  async step(batch: Batch, { learningRate, frozen = [] }: StepOptions): Promise<StepResult> {
    const values = this.#values(batch);
    await (await this.#runner('train', batch, frozen)).run(values);
    const loss = values.result(LOSS)[0]!;
    const gradients = values.gradients();
    const gradientNorm = globalNorm(this.#heap, gradients);
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) {
      updateParameters(this.#heap, gradients, this.#options, { norm: gradientNorm, learningRate });
    }
    this.steps++;
    return { loss, gradientNorm, outputs: outputsOf(values) };
  }

  async evaluate(batch: Batch): Promise<{ loss: number; outputs: NamedArrays }> {
    const values = await this.#infer('evaluate', batch);
    return { loss: values.result(LOSS)[0]!, outputs: outputsOf(values) };
  }

  async predict(batch: Batch): Promise<NamedArrays> {
    return outputsOf(await this.#infer('predict', batch));
  }

  weights(): Weights {
    this.#flush();
    return Object.fromEntries(this.#parameters.map((p) => [p.name, readParameter(this.#heap, p, p.weights)]));
  }

  setWeights(weights: Weights): void {
    checkArrays(this.#parameters, weights);
    this.#flush();
    for (const p of this.#parameters) writeParameter(this.#heap, p, p.weights, weights[p.name]!);
  }

  saveState(): Uint8Array {
    this.#flush();
    return packState(this.#heap, this.#parameters, { steps: this.steps, seed: this.#seed });
  }

  loadState(bytes: Uint8Array): void {
    this.#flush();
    const { steps, seed } = restoreState(this.#heap, this.#parameters, bytes);
    this.steps = steps;
    this.#seed = seed;
  }

  async dispose(): Promise<void> {
    for (const runner of this.#runners.values()) await (await runner).dispose();
    this.#runners.clear();
  }

  async #infer(mode: 'evaluate' | 'predict', batch: Batch): Promise<StepValues> {
    this.#flush();
    const values = this.#values(batch);
    await (await this.#runner(mode, batch, [])).run(values);
    return values;
  }

  #values(batch: Batch): StepValues {
    this.#heap.resetScratch();
    const maskKey = (site: number): number => mixSeed(this.#seed, this.steps, `mask ${site}`);
    return new StepValues({ heap: this.#heap, parameters: this.#parameters, batch, maskKey });
  }

  async #runner(mode: Mode, { dims }: Batch, frozen: readonly string[]): Promise<Runner> {
    const key = JSON.stringify([mode, Object.entries(dims).sort(), [...frozen].sort()]);
    const runner = this.#runners.get(key) ?? this.#engine.compile(this.#program(mode, dims, frozen));
    // The last one used stands last.
    this.#runners.delete(key);
    this.#runners.set(key, runner);
    await this.#dropOldest();
    try {
      return await runner;
    } catch (error) {
      this.#runners.delete(key);
      throw error;
    }
  }

  #program(mode: Mode, dims: Batch['dims'], frozen: readonly string[]): Program {
    const groups = new Map(this.#parameters.map(({ name, group }) => [name, group]));
    return mode === 'train'
      ? trainingProgram(this.#network, dims, (name) => frozen.includes(groups.get(name)!))
      : inferenceProgram(this.#network, dims, mode === 'evaluate');
  }

  async #dropOldest(): Promise<void> {
    if (this.#runners.size <= MOST_RUNNERS) return;
    const [key, runner] = this.#runners.entries().next().value!;
    this.#runners.delete(key);
    await (await runner).dispose();
  }

  #flush(): void {
    for (const parameter of this.#parameters) flushRows(this.#heap, parameter);
  }
}

function outputsOf(values: StepValues): NamedArrays {
  const prefix = outputName('');
  const named = values.names().filter((name) => name.startsWith(prefix));
  return Object.fromEntries(named.map((name) => [name.slice(prefix.length), copy(values.result(name))]));
}

const copy = (values: Numbers): Float32Array => Float32Array.from(values);
