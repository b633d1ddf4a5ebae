import t, { type Test } from 'tap';
import type { UsageError } from '../../domain/errors.ts';
import { createIo } from '../output/io.ts';
import { checkJobs, clusterJobs } from './cluster.ts';
import { resumeCommand } from './command-line.ts';
import { readSettingFiles, resolveSettings } from './layers.ts';

const FILE = `run: { launcher: slurm }
slurm:
  workers: 8
  partition: cpu
  account: physics
  time: 90
  memory: 4000
  cpus: 4
  gres: gpu:1
  constraint: "a100&ib"
  prologue: env.sh
  idle: 90s
`;

/** As `optimize` resolves them. `sources` says which of the args an environment variable gave. */
async function resolveIn(
  t: Test,
  text: string,
  args: object = {},
  fromEnv: readonly string[] = [],
): ReturnType<typeof settle> {
  const dir = t.testdir({ 'study.yaml': text, 'env.sh': '', 'own.sbatch': '#!/bin/bash\n' });
  process.chdir(dir);
  return settle({ studyFile: 'study.yaml', ...args }, fromEnv);
}

async function settle(args: object, fromEnv: readonly string[]) {
  const sources = new Map(
    Object.keys(args).map((name) => [name, fromEnv.includes(name) ? ('env' as const) : ('flag' as const)]),
  );
  return resolveSettings(args, createIo({}, sources), await readSettingFiles(args), null);
}

const home = process.cwd();
t.afterEach(() => process.chdir(home));

t.test('a study file says what jobs are asked for', async (t) => {
  const settings = await resolveIn(t, FILE);
  t.equal(settings.config.launcher, 'slurm');
  t.equal(clusterJobs(settings.config), 8);
  t.same(checkJobs(settings), {
    workers: 8,
    workerIdleSeconds: 90,
    prologue: `${process.cwd()}/env.sh`,
    script: null,
    job: {
      partition: 'cpu',
      account: 'physics',
      qos: null,
      time: '90',
      memory: '4000',
      cpus: 4,
      gres: 'gpu:1',
      constraint: 'a100&ib',
    },
  });
});

t.test('flags win over the environment, that over the study file, one by one', async (t) => {
  const args = { partition: 'gpu', jobTime: '1:00:00', workers: 2, jobScript: 'own.sbatch' };
  const settings = await resolveIn(t, FILE, args, ['jobTime']);
  t.match(checkJobs(settings), {
    workers: 2,
    script: `${process.cwd()}/own.sbatch`,
    job: { partition: 'gpu', time: '1:00:00', account: 'physics', memory: '4000' },
  });
  const sourceOf = (name: string) => settings.sources.get(`slurm.${name}`);
  t.equal(sourceOf('partition'), '--partition');
  t.equal(sourceOf('time'), 'HPO_SLURM_TIME');
  t.equal(sourceOf('script'), '--job-script');
  t.match(sourceOf('account'), /study\.yaml:5$/);
  t.match(sourceOf('idleMs'), /study\.yaml:12$/);
});

t.test('a value that is none is refused with the place it came from', async (t) => {
  const complain = async (text: string, args: object = {}, fromEnv: readonly string[] = []) => {
    const settings = await resolveIn(t, text, args, fromEnv);
    try {
      checkJobs(settings);
    } catch (error) {
      return (error as UsageError).message;
    }
    return 'no complaint';
  };
  t.equal(await complain('{}', { partition: 'cpu;rm' }), '--partition: partition cannot be "cpu;rm"');
  t.equal(
    await complain('{}', { jobTime: '1:00\n#SBATCH' }, ['jobTime']),
    'HPO_SLURM_TIME: time cannot be "1:00\\n#SBATCH"',
  );
  t.match(await complain('slurm: { account: "a b" }'), /study\.yaml:1: account cannot be "a b"/);
  t.match(await complain('slurm: { constraint: "a\\e[2J" }'), /constraint cannot be "a\\u001b\[2J"/);
  t.equal(await complain('{}', { gres: '' }), '--gres: gres cannot be ""');
  t.equal(await complain('{}', { workers: 0 }), '--workers: workers must be at least 1, not 0');
  t.equal(await complain('{}', { cpus: -1 }), '--cpus: cpus must be at least 1, not -1');
  t.equal(await complain('{}', { prologue: 'no.sh' }), '--prologue: there is no file no.sh');
  t.equal(await complain('{}', { prologue: 'a\nb' }), '--prologue: prologue cannot be "a\\nb"');
});

t.test('names and measures in the file are checked where they stand', async (t) => {
  const refused = (text: string, message: RegExp) => t.rejects(resolveIn(t, text), { message });
  await refused('slurm: { partitoin: cpu }', /unknown name "partitoin"; did you mean "partition"/);
  await refused('slurm:\n  idle: soon', /study\.yaml:2:9: idle "soon" is no duration/);
  await refused('slurm: { workers: 0 }', /study\.yaml:1:19: workers/);
  await refused('run: { launcher: cloud }', /launcher/);
});

t.test('the line that goes on repeats what was typed, and names the file that says the rest', async (t) => {
  const args = { studyFile: 'study.yaml', partition: 'gpu', nodeConstraint: 'a|b', workerIdle: 60_000 };
  const settings = await resolveIn(t, FILE, args);
  t.equal(
    resumeCommand('s', { storage: undefined, studyFile: 'study.yaml' }, settings, 5),
    "hpo optimize --study s --study-file study.yaml --n-trials 5 --partition gpu --node-constraint 'a|b' --worker-idle 60s",
  );
});
