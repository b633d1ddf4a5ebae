// One measured process: node step.ts SHAPE ENGINE STEPS → {"ms","compileMs","peakMb","loss"} on standard output.
import { readFileSync } from 'node:fs';
import { type EngineName, openEngine, startTraining } from '../../../src/neural/index.ts';
import { batchOf, networkOf, type ShapeName } from './networks.ts';

const [shape, engineName, steps] = process.argv.slice(2) as [ShapeName, EngineName, string];
const sizes = { batch: 32, length: 64 };
const WARM_UP = 2;

const training = await startTraining(await openEngine({ engine: engineName }), networkOf(shape), { seed: 1 });
const step = (i: number) => training.step(batchOf(shape, sizes, i), { learningRate: 1e-4 });
const started = process.cpuUsage();
await step(0);
const compileMs = cpuMs(started);
for (let i = 1; i < WARM_UP; i++) await step(i);
const before = process.cpuUsage();
let loss = 0;
for (let i = 0; i < Number(steps); i++) loss = (await step(i)).loss;
const ms = cpuMs(before) / Number(steps);
const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
process.stdout.write(JSON.stringify({ ms, compileMs, peakMb, loss }));
await training.dispose();

function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}
