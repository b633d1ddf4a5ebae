import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Json } from '../domain/trial.ts';
import { checkAfterFault } from '../testing/after-fault.ts';
import { compileTrial } from '../testing/compiled-trial.ts';
import { createProcessSearch, stopAfterFirst } from '../testing/process-search.ts';
import { PYTHON, skipWithoutPython } from '../testing/services.ts';
import { optimize } from './index.ts';
import { teaches } from './repeats.ts';

const entry = compileTrial(t.testdir());
const tame = `echo '::hpo {"final":true,"metrics":{"f1":0.5}}'`;

/** Searches with a shell script; the trial after the first runs a tame one. @returns the first trial's failure */
async function failureOf(t: Test, write: (dir: string) => string, memoryLimitBytes: number | null = null) {
  const path = join(t.testdir(), 'program.sh');
  const command = ['sh', path] as Json;
  const fixture = await createProcessSearch(t, entry, { spec: { model: 'command', settings: { command } } });
  const { study, parts, options, storage, dir } = fixture;
  writeFileSync(path, write(dir));
  await optimize(study, parts, options({ ...stopAfterFirst(), memoryLimitBytes }));
  const [trial] = await storage.getTrials(study.id);
  t.ok(teaches(trial!), 'the sampler learns that it is infeasible');
  t.equal((await storage.listAttempts(trial!.id)).length, 1, 'it is not tried again');
  writeFileSync(path, tame);
  await checkAfterFault(t, fixture, { x: 0.5 });
  return trial!.state === 'fail' ? trial!.failure : null;
}

t.test('the memory of grandchildren is the trial’s own', { skip: needsProc() }, async (t) => {
  const hog = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(20 << 20, 1)), 20)';
  const write = (): string => `sh -c '"$0" -e "$1" & wait' '${process.execPath}' '${hog}'\n`;
  t.match(await failureOf(t, write, 500 << 20), {
    kind: 'out-of-memory',
    message: /^used \d+ MiB of 500 MiB/,
  });
});

t.test(
  'an allocation that the system refused is recognised',
  { skip: skipWithoutPython('sys') },
  async (t) => {
    const write = (): string => `ulimit -v 500000; exec ${PYTHON} -c 'bytearray(10**9)'\n`;
    t.match(await failureOf(t, write), { kind: 'out-of-memory', message: /MemoryError/ });
  },
);

t.test('so is std::bad_alloc', { skip: needsCompiler() }, async (t) => {
  const source = '#include <vector>\nint main() { std::vector<char> v(1ull << 46); return v[5]; }\n';
  const write = (dir: string): string => {
    writeFileSync(join(dir, 'hog.cpp'), source);
    execFileSync('c++', ['-o', join(dir, 'hog'), join(dir, 'hog.cpp')]);
    return `ulimit -c 0; exec '${dir}/hog'\n`;
  };
  t.match(await failureOf(t, write), { kind: 'out-of-memory', message: /std::bad_alloc/ });
});

function needsCompiler(): string | false {
  return spawnSync('c++', ['--version']).status === 0 ? false : 'needs a C++ compiler';
}

function needsProc(): string | false {
  return existsSync('/proc/self/environ') ? false : 'needs /proc';
}
