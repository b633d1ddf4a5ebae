import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SHAPES, type ShapeName } from './neural/networks.ts';
import { type BenchCase, median, printBench } from './report.ts';

/**
 * One training step (batch 32, 64 tokens, focal loss, Adam, float32, one thread) against PyTorch and the eager engine: CPU
 * milliseconds a step and the peak of memory, each in processes of its own that take turns, medians of all.
 */
const { values: args } = parseArgs({
  strict: false,
  options: {
    shapes: { type: 'string', default: Object.keys(SHAPES).join(',') },
    python: { type: 'string', default: '/usr/bin/python3' },
    repeats: { type: 'string', default: '3' },
    steps: { type: 'string', default: '15' },
    format: { type: 'string', short: 'f', default: 'table' },
  },
}) as { values: Record<'shapes' | 'python' | 'repeats' | 'steps', string> };

/** CPU time a step, as a share of PyTorch's. */
const TARGETS: Record<ShapeName, number> = { 'lstm-128': 0.8, 'bert-tiny': 0.9, 'bert-mini': 1 };
/** How many times slower than the compiled graph the same network is op by op. */
const EAGER_FACTOR = 12;
const COMPILE_MS = 700;

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
  readonly compileMs?: number;
}

const here = import.meta.dirname;
const oneThread = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

const runJson = (program: string, argv: readonly string[]): Measured =>
  JSON.parse(
    execFileSync(program, argv, { env: oneThread, stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  ) as Measured;

const ours = (shape: string, engine: string, steps: string): Measured =>
  runJson(process.execPath, [
    '--import',
    'tsx',
    '-C',
    'hpo-source',
    join(here, 'neural', 'step.ts'),
    shape,
    engine,
    steps,
  ]);

function peer(shape: string): Measured | null {
  if (!existsSync(args.python)) return null;
  try {
    return runJson(args.python, [join(here, 'neural', 'peer.py'), shape, args.steps]);
  } catch {
    return null;
  }
}

function measure(shape: ShapeName): BenchCase[] {
  const mine: Measured[] = [];
  const theirs: Measured[] = [];
  for (let i = 0; i < Number(args.repeats); i++) {
    mine.push(ours(shape, 'onnxruntime', args.steps));
    const other = peer(shape);
    if (other) theirs.push(other);
  }
  const eager = ours(shape, 'tfjs-wasm', '1');
  const of = (runs: readonly Measured[], key: 'ms' | 'peakMb'): number | null =>
    runs.length === 0 ? null : median(runs.map((run) => run[key]));
  const ms = of(mine, 'ms')!;
  const compileMs = median(mine.map((run) => run.compileMs!));
  return [
    compare(`${shape} step`, 'CPU ms', { ours: ms, peer: of(theirs, 'ms'), most: TARGETS[shape] }),
    compare(`${shape} memory`, 'MB at the peak', {
      ours: of(mine, 'peakMb')!,
      peer: of(theirs, 'peakMb'),
      most: 1,
    }),
    compare(`${shape} against tfjs-wasm`, 'CPU ms', { ours: ms, peer: eager.ms, most: 1 / EAGER_FACTOR }),
    {
      case: `${shape} trace, compile and first step`,
      ours: compileMs,
      peer: null,
      unit: 'CPU ms',
      ratio: null,
      target: `<= ${COMPILE_MS}`,
      ok: compileMs <= COMPILE_MS,
    },
  ];
}

interface Comparison {
  readonly ours: number;
  readonly peer: number | null;
  readonly most: number;
}

function compare(name: string, unit: string, { ours, peer, most }: Comparison): BenchCase {
  const ratio = peer === null ? null : ours / peer;
  return {
    case: name,
    ours,
    peer,
    unit,
    ratio,
    target: `<= ${most.toPrecision(2)}`,
    ok: ratio === null ? null : ratio <= most,
  };
}

const shapes = args.shapes.split(',') as ShapeName[];
printBench(shapes.flatMap(measure), process.argv.slice(2));
