import {
  type DeviceName,
  type Engine,
  EngineMissingError,
  type EngineName,
  type RunValues,
} from '../engine.ts';
import type { Program } from '../program.ts';
import { tf } from '../tensorflow.ts';
import { registerMissingKernels } from './wasm-kernels.ts';

type EagerName = Extract<EngineName, `tfjs-${string}`>;

interface EagerBackend {
  /** tfjs's own name of it. */
  readonly backend: string;
  readonly packageName: string;
  readonly device: 'cpu' | 'cuda';
}

const BACKENDS: Readonly<Record<EagerName, EagerBackend>> = {
  'tfjs-node-gpu': { backend: 'tensorflow', packageName: '@tensorflow/tfjs-node-gpu', device: 'cuda' },
  'tfjs-node': { backend: 'tensorflow', packageName: '@tensorflow/tfjs-node', device: 'cpu' },
  'tfjs-wasm': { backend: 'wasm', packageName: '@tensorflow/tfjs-backend-wasm', device: 'cpu' },
  'tfjs-cpu': { backend: 'cpu', packageName: '@tensorflow/tfjs-backend-cpu', device: 'cpu' },
};

/** An engine that runs every op as it comes. @throws EngineMissingError when its package is not installed or does not load */
export async function openEager(name: EagerName, device: DeviceName): Promise<Engine> {
  const { backend, packageName, device: own } = BACKENDS[name];
  if (device !== 'auto' && device !== own) {
    throw new EngineMissingError(`The engine ${name} has no device "${device}".`, {
      fix: `Leave --device out, or say ${own}.`,
    });
  }
  const version = await load(name, packageName);
  if (name === 'tfjs-wasm') registerMissingKernels();
  await use(backend, name);
  return {
    name,
    device: own,
    description: `${name} ${version} on ${own}`,
    compile: async (program) => ({
      run: async (values) => {
        await use(backend, name);
        runEagerly(program, values);
      },
      dispose: async () => {},
    }),
  };
}

/** tfjs keeps its engine and its kernels in the global scope, so a package's own copy of tfjs-core serves ours. */
async function load(name: EagerName, packageName: string): Promise<string> {
  try {
    const module = (await import(packageName)) as {
      version_wasm?: string;
      version_cpu?: string;
      version?: Record<string, string>;
    };
    return module.version_wasm ?? module.version_cpu ?? module.version?.['tfjs-node'] ?? '';
  } catch (cause) {
    throw new EngineMissingError(`The engine ${name} is not to be had: ${firstLine(cause)}`, {
      fix: `Install it beside hpo (npm install ${packageName}), or leave --engine out.`,
      cause,
    });
  }
}

const firstLine = (cause: unknown): string => String((cause as Error).message).split('\n')[0]!;

/** setBackend says false, or falls back, instead of failing. */
async function use(backend: string, name: EagerName): Promise<void> {
  if (tf.getBackend() === backend) return;
  if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) {
    throw new EngineMissingError(`The engine ${name} does not start here.`, {
      fix: 'Choose another --engine.',
    });
  }
}

function runEagerly(program: Program, values: RunValues): void {
  tf.tidy(() => {
    const fed: tf.Tensor[] = [];
    const results = program((spec) => {
      const tensor = tf.tensor(values.feed(spec).slice(), [...spec.shape], spec.type);
      fed.push(tensor);
      return tensor;
    });
    for (const [name, tensor] of Object.entries(results)) {
      const type = tensor.dtype === 'float32' ? 'float32' : 'int32';
      values.target(name, tensor.shape, type).set(tensor.dataSync());
    }
    tf.dispose([...Object.values(results), ...fed]);
  });
}
