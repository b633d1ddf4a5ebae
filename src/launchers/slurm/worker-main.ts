import { processLauncher } from '../process.ts';
import { runWorker } from './worker.ts';

/**
 * A worker of a Slurm job: `worker-main SPOOL IDLE_SECONDS`. USR1 comes before the job's time runs out, TERM when it is
 * preempted or cancelled; after either the trial is asked to write its checkpoint and stop, and the worker ends.
 */
const [spool, idleSeconds] = process.argv.slice(2);
const leave = new AbortController();
for (const signal of ['SIGUSR1', 'SIGTERM', 'SIGINT'] as const) process.on(signal, () => leave.abort());
// Slurm sends it with TERM, to wake up what was stopped.
process.on('SIGCONT', () => {});

await runWorker({
  spool: spool!,
  launcher: processLauncher(),
  env: process.env,
  idleMs: Number(idleSeconds) * 1000,
  leave: leave.signal,
  // Less than what Slurm leaves between TERM and KILL (KillWait, GraceTime: 30 s unless the site says otherwise).
  graceMs: Number(process.env['HPO_WORKER_GRACE_MS'] ?? 20_000),
});
