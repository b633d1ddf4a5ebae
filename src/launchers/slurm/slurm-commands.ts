import { HpoError, UsageError } from '../../domain/errors.ts';
import type { JobIdentity } from '../../domain/process-identity.ts';

/** What `sbatch` is asked for; null: the site's own default. */
export interface JobOptions {
  readonly partition: string | null;
  readonly account: string | null;
  readonly qos: string | null;
  /** As Slurm writes it: `2:00:00`, `1-0`. */
  readonly time: string | null;
  /** `4G`. */
  readonly memory: string | null;
  readonly cpus: number | null;
  /** `gpu:1`. */
  readonly gres: string | null;
  /** Features of nodes: `a100&ib`. */
  readonly constraint: string | null;
}

export interface Submission {
  /** Unique: by it a submission is found whose reply was lost. */
  readonly name: string;
  readonly tasks: number;
  readonly script: string;
  readonly args: readonly string[];
  readonly logDir: string;
  readonly comment: string;
  /** Names of the variables that the job inherits. */
  readonly env: readonly string[];
  readonly options: JobOptions;
}

/** One task of an array, as `squeue` shows it. */
export interface TaskState {
  /** `ARRAY_TASK`. */
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly node: string;
  /** s since it last started; 0 while it waits. */
  readonly ranSeconds: number;
}

/** Without an answer for so long, a command may or may not have done its work. */
const TIMEOUT_MS = 30_000;
const LETTING_GO_MS = TIMEOUT_MS + 2000;

/** The controller did not answer: nothing is known, and it is worth asking again. */
export class ControllerSilent extends HpoError {}

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

async function ask(program: string, args: readonly string[]): Promise<Answer> {
  const { execa } = await import('execa');
  const asked = execa(program, [...args], {
    reject: false,
    timeout: TIMEOUT_MS,
    stdin: 'ignore',
    // Words that we look for must not be translated.
    env: { LC_ALL: 'C' },
  });
  // A site's wrapper may leave a child behind that holds the pipes open.
  const timer = setTimeout(() => [asked.stdout, asked.stderr].map((pipe) => pipe?.destroy()), LETTING_GO_MS);
  const { stdout, stderr, exitCode, code, timedOut } = await asked;
  clearTimeout(timer);
  if (code === 'ENOENT') {
    throw new UsageError(`There is no ${program} on the PATH: Slurm is not installed here.`, {
      fix: 'run this on a login node of the cluster (perhaps after: module load slurm), or use --launcher process',
    });
  }
  if (timedOut || SILENCE.test(stderr)) {
    throw new ControllerSilent(`${program}: Slurm's controller does not answer.`, {
      details: stderr === '' ? [] : [stderr.trim()],
      fix: 'scontrol ping; then run the command again',
    });
  }
  return { stdout, stderr, exitCode: exitCode ?? 1 };
}

const SILENCE =
  /Unable to contact slurm controller|Socket timed out|Connection (refused|timed out)|communication|Zero Bytes were transmitted|Unexpected message received|standby mode/i;

/**
 * Submits an array of tasks. Whatever sbatch says, a job of that name counts: its answer may have been lost.
 * @returns the array's job id; null when Slurm may or may not have taken it
 * @throws {Refused} Slurm refuses it, in its own words
 */
export async function submit(submission: Submission): Promise<string | null> {
  try {
    const { stdout, stderr, exitCode } = await ask('sbatch', sbatchArgs(submission));
    const id = /^(\d+)(;|$)/m.exec(stdout)?.[1];
    if (exitCode === 0 && id !== undefined) return id;
    const found = await findByName(submission.name);
    if (found === null) throw refused(stderr);
    return found;
  } catch (error) {
    if (error instanceof ControllerSilent) return null;
    throw error;
  }
}

/** As `sbatch` is called. */
export function sbatchArgs({
  name,
  tasks,
  script,
  args,
  logDir,
  comment,
  env,
  options,
}: Submission): string[] {
  const optional: readonly (readonly [flag: string, value: string | number | null])[] = [
    ['partition', options.partition],
    ['account', options.account],
    ['qos', options.qos],
    ['time', options.time],
    ['mem', options.memory],
    ['cpus-per-task', options.cpus],
    ['gres', options.gres],
    ['constraint', options.constraint],
  ];
  return [
    '--parsable',
    `--job-name=${name}`,
    `--comment=${comment}`,
    `--array=0-${tasks - 1}`,
    `--output=${logDir}/%A_%a.out`,
    '--open-mode=append',
    '--requeue',
    // To the batch shell, which has become the worker; up to a minute early.
    '--signal=B:USR1@120',
    // Never all: scontrol would show everybody what the caller's environment holds.
    `--export=${env.join(',')}`,
    ...optional.flatMap(([flag, value]) => (value === null ? [] : [`--${flag}=${value}`])),
    script,
    ...args,
  ];
}

/** Slurm will not have the job. */
export class Refused extends UsageError {
  /** There are too many jobs at the moment: fewer, or later, may do. */
  readonly isLimit: boolean;

  constructor(words: string) {
    const fix = REFUSALS.find(([pattern]) => pattern.test(words))?.[1];
    super('Slurm refuses the workers; nothing was submitted.', {
      details: words.split('\n'),
      ...(fix !== undefined && { fix }),
    });
    this.isLimit = LIMIT.test(words);
  }
}

const LIMIT = /(QOS|Assoc)\w*Submit\w*Limit|MaxSubmit|temporarily unable to accept job/i;

const REFUSALS: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [LIMIT, 'ask for fewer --workers, or wait for your other jobs'],
  [/Invalid partition/i, 'sinfo -s lists the partitions: --partition NAME'],
  [/Invalid account/i, 'sacctmgr show associations user=$USER lists yours: --account NAME'],
  [/Invalid qos/i, 'sacctmgr show qos lists them: --qos NAME'],
  [/time limit|Requested time/i, 'ask for less with --job-time, or for another --partition'],
  [
    /node configuration is not available|memory|CPU count/i,
    'ask for less with --job-memory, --cpus or --gres',
  ],
];

function refused(stderr: string): Refused {
  return new Refused(stderr.replace(/^sbatch: (error: )?/gm, '').trim());
}

/** The most tasks that one array may have. @throws {ControllerSilent} */
export async function maxArraySize(): Promise<number> {
  const { stdout } = await ask('scontrol', ['show', 'config']).catch((error: unknown) => {
    if (error instanceof ControllerSilent) throw error;
    return { stdout: '' };
  });
  // One more than the highest index; 0 means that arrays are switched off.
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? DEFAULT_ARRAY_SIZE);
  return Math.max(1, size);
}

const DEFAULT_ARRAY_SIZE = 1001;

/** The job of that name, or null. */
export async function findByName(name: string): Promise<string | null> {
  const { stdout } = await ask('squeue', ['-h', '-t', 'all', '-n', name, '-o', '%A']);
  return stdout.trim().split('\n')[0] || null;
}

/** Tasks that Slurm still knows of these jobs; a finished one is forgotten after a while (MinJobAge). */
export async function listTasks(jobIds: readonly string[]): Promise<TaskState[]> {
  if (jobIds.length === 0) return [];
  const format = ['-h', '-r', '-t', 'all', '-j', jobIds.join(','), '-o', '%i|%T|%r|%N|%M'];
  const { stdout, stderr, exitCode } = await ask('squeue', format);
  // All of them unknown.
  if (exitCode !== 0 && /Invalid job id/i.test(stderr)) return [];
  if (exitCode !== 0) throw new ControllerSilent(`squeue: ${stderr.trim()}`);
  return stdout.split('\n').flatMap((line) => {
    const [id, state, reason = '', node = '', ran = ''] = line.split('|');
    return id && state ? [{ id, state, reason, node, ranSeconds: parseSeconds(ran) }] : [];
  });
}

/** Of `1-02:03:04`, `02:03:04` or `3:04`; `INVALID` and the like are 0. */
function parseSeconds(text: string): number {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text);
  if (match === null) return 0;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** What became of a task whose worker is silent. */
export type Fate = 'alive' | 'interrupted' | 'died';

/** Taken from it by the cluster or a person; it is not to blame. One that waits (again) was requeued. */
const INTERRUPTED = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'DEADLINE',
  'NODE_FAIL',
  'PENDING',
  'PREEMPTED',
  'REQUEUED',
  'REVOKED',
  'TIMEOUT',
]);

/** Null: a controller that answers does not know it. */
export function fateOf(task: TaskState | null): Fate {
  if (task === null) return 'died';
  if (INTERRUPTED.has(task.state)) return 'interrupted';
  return hasEnded(task.state) ? 'died' : 'alive';
}

/** What Slurm says of how a task ended, in one line; empty when it says nothing. */
export async function describeEnd(id: string): Promise<string> {
  const { stdout } = await ask('scontrol', ['show', 'job', '-o', id]);
  const facts = ['JobState', 'Reason', 'ExitCode', 'NodeList', 'RunTime'].flatMap(
    (name) => new RegExp(`\\b${name}=\\S*`).exec(stdout)?.[0] ?? [],
  );
  return facts.join(' ');
}

const ENDED = new Set([
  'BOOT_FAIL',
  'CANCELLED',
  'COMPLETED',
  'DEADLINE',
  'FAILED',
  'NODE_FAIL',
  'OUT_OF_MEMORY',
  'PREEMPTED',
  'REVOKED',
  'TIMEOUT',
]);

/** Whether a task will never run again; states that we don't know count as alive. */
export const hasEnded = (state: string): boolean => ENDED.has(state);

/** Whether that run of a job is over: it has ended, waits to be started again, or has been; or Slurm has forgotten it. */
export async function isJobGone({ id, restarts }: JobIdentity): Promise<boolean> {
  const { stdout, stderr, exitCode } = await ask('scontrol', ['show', 'job', '-o', id]);
  if (exitCode !== 0 && /Invalid job id/i.test(stderr)) return true;
  if (exitCode !== 0) throw new ControllerSilent(`scontrol: ${stderr.trim()}`);
  const [state, count] = [/ JobState=(\w+)/.exec(stdout)?.[1], / Restarts=(\d+)/.exec(stdout)?.[1]];
  if (state === undefined) return false;
  return hasEnded(state) || state === 'PENDING' || Number(count ?? 0) > restarts;
}

/** Takes jobs, or single tasks, out of the queue; what has ended already is fine. */
export async function cancel(ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await ask('scancel', ids);
}
