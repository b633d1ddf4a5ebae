import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeRecord } from '../../protocol/index.ts';
import { findByName, listTasks, Refused, type Submission, submit, type TaskState } from './slurm-commands.ts';

/** What every array of a coordinator has in common. */
export type JobTemplate = Omit<Submission, 'name' | 'tasks'>;

interface JobRecord {
  /** Null: it was asked for, and no answer came. */
  readonly id: string | null;
}

const NAME = /^hpo-[0-9a-f]{12}$/;

/**
 * The arrays that were submitted for one spool, on record in `jobs/<unique name>` from before sbatch is called: whatever
 * is lost, sbatch's reply or the coordinator itself, the job is found again by its name and not submitted twice.
 */
export class Submissions {
  readonly #dir: string;
  /** Ids by name; null while unknown. */
  readonly #jobs: Map<string, string | null>;

  private constructor(dir: string, jobs: Map<string, string | null>) {
    this.#dir = dir;
    this.#jobs = jobs;
  }

  static async open(spool: string): Promise<Submissions> {
    const dir = join(spool, 'jobs');
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const names = (await readdir(dir)).filter((name) => NAME.test(name));
    const jobs = await Promise.all(names.map(async (name) => [name, await readId(dir, name)] as const));
    return new Submissions(dir, new Map(jobs));
  }

  /**
   * All tasks that Slurm knows of. Submissions without an answer are settled first.
   * @throws {ControllerSilent}
   */
  async listTasks(): Promise<TaskState[]> {
    for (const [name, id] of this.#jobs) if (id === null) await this.#settle(name);
    const ids = [...this.#jobs.values()].filter((id) => id !== null);
    const tasks = await listTasks(ids);
    await this.#forget(tasks);
    return tasks;
  }

  /**
   * Submits one array of so many tasks. Without an answer, whether it was taken shows at the next look: sooner, a busy
   * controller might still have it before it.
   * @throws {Refused}
   */
  async submit(tasks: number, template: JobTemplate): Promise<void> {
    const name = `hpo-${randomBytes(6).toString('hex')}`;
    await this.#record(name, null);
    try {
      const id = await submit({ ...template, name, tasks });
      if (id !== null) await this.#record(name, id);
    } catch (error) {
      if (error instanceof Refused) await this.#drop(name);
      throw error;
    }
  }

  /** A controller that answers and does not know the name never got it. */
  async #settle(name: string): Promise<void> {
    const id = await findByName(name);
    if (id === null) await this.#drop(name);
    else await this.#record(name, id);
  }

  /** Jobs that Slurm has forgotten ended a while ago: there may be thousands over a long search. */
  async #forget(tasks: readonly TaskState[]): Promise<void> {
    const known = new Set(tasks.map(({ id }) => id.split('_')[0]));
    for (const [name, id] of this.#jobs) if (!known.has(id!)) await this.#drop(name);
  }

  async #record(name: string, id: string | null): Promise<void> {
    this.#jobs.set(name, id);
    await writeRecord(this.#dir, name, { id } satisfies JobRecord);
  }

  async #drop(name: string): Promise<void> {
    this.#jobs.delete(name);
    await rm(join(this.#dir, name), { force: true });
  }
}

/** Ids of all arrays that are on record there; changes nothing. */
export async function readSubmittedIds(spool: string): Promise<string[]> {
  const dir = join(spool, 'jobs');
  const names = await readdir(dir).catch(() => []);
  const ids = await Promise.all(names.filter((name) => NAME.test(name)).map((name) => readId(dir, name)));
  return ids.filter((id) => id !== null);
}

async function readId(dir: string, name: string): Promise<string | null> {
  try {
    const { id } = JSON.parse(await readFile(join(dir, name), 'utf8')) as JobRecord;
    return typeof id === 'string' && /^\d+$/.test(id) ? id : null;
  } catch {
    return null;
  }
}
