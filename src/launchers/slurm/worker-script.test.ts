import { chmodSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import t, { type Test } from 'tap';

const slurm = join(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))), 'slurm');
/** Says with what it was started: one word a line, after its own name. */
const SAYS = '#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n';

/** Runs the job's script as Slurm would, with programs of these names that say how they were called. */
async function runScript(
  t: Test,
  prologue: string,
  { programs = {}, env = {} }: { programs?: Record<string, string>; env?: Record<string, string> } = {},
): Promise<{ lines: string[]; stderr: string; exitCode: number | undefined }> {
  const dir = t.testdir({ bin: programs, 'prologue.sh': prologue });
  for (const name of Object.keys(programs)) chmodSync(join(dir, 'bin', name), 0o755);
  const args = [join(slurm, 'worker.sbatch'), join(dir, 'prologue.sh'), 'echo', 'a b', '$(id)'];
  const { stdout, stderr, exitCode } = await execa('bash', args, {
    reject: false,
    cwd: dir,
    env: { HOME: '/home/me', ...env, PATH: `${join(dir, 'bin')}:${process.env['PATH']}` },
  });
  return { lines: stdout.split('\n').map((line) => line.replaceAll(dir, 'DIR')), stderr, exitCode };
}

const example = (name: string): string => readFileSync(join(slurm, 'prologue', name), 'utf8');

t.test('the job runs the command as it is, after a prologue that may read what is not set', async (t) => {
  const { lines, stderr } = await runScript(t, 'echo "now: $NOWHERE_SET"\nexport SEEN=1\n');
  t.same(lines, ['now: ', 'a b $(id)'], stderr);
});

t.test('a prologue that fails ends the job before the worker begins', async (t) => {
  const { lines, exitCode } = await runScript(t, 'false\n');
  t.same(lines, ['']);
  t.equal(exitCode, 1);
});

t.test('the Apptainer prologue starts the command in the image', async (t) => {
  const { lines, stderr } = await runScript(t, example('apptainer.sh'), { programs: { apptainer: SAYS } });
  t.same(
    lines,
    [
      'DIR/bin/apptainer',
      'exec',
      '--nv',
      '--bind',
      'DIR',
      '/home/me/images/bert.sif',
      'echo',
      'a b',
      '$(id)',
    ],
    stderr,
  );
});

t.test('the Docker prologue binds the devices that Slurm gave, by their UUIDs', async (t) => {
  const smi = '#!/bin/sh\n[ "$1" = --id=1,3 ] && printf "GPU-b\\nGPU-d\\n"\n';
  const programs = { docker: SAYS, 'nvidia-smi': smi };
  const { lines, stderr } = await runScript(t, example('docker.sh'), {
    programs,
    env: { CUDA_VISIBLE_DEVICES: '1,3' },
  });
  t.equal(lines[1], 'run', stderr);
  t.equal(lines[lines.indexOf('--gpus') + 1], '"device=GPU-b,GPU-d"');
  t.same(lines.slice(-4), ['hpo:latest', 'echo', 'a b', '$(id)']);
  const plain = await runScript(t, example('docker.sh'), { programs });
  t.notOk(plain.lines.includes('--gpus'), 'no device was given');
});

t.test('the modules prologue loads modules in the shell that becomes the worker', async (t) => {
  const { lines, stderr } = await runScript(t, `module() { echo "module $*"; }\n${example('modules.sh')}`);
  t.same(lines, ['module load nodejs/20 cuda/12', 'a b $(id)'], stderr);
});
