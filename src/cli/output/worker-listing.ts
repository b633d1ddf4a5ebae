import type { WorkerFacts } from '../../launchers/slurm/survey.ts';
import type { Listing } from './listing.ts';
import { plain } from './plain.ts';
import { formatBytes, formatDuration } from './readable.ts';

/** `hpo workers`. JSON has all facts of each. */
export function workerListing(workers: readonly WorkerFacts[]): Listing {
  const dash = (value: unknown, text: (value: never) => string): string =>
    value === null ? '–' : text(value as never);
  return {
    rows: workers.map((worker) => ({ ...worker })),
    columns: [
      { name: 'jobId', title: 'JOB', show: (value) => dash(value, plain) },
      { name: 'host', show: (value) => dash(value, plain) },
      {
        name: 'state',
        show: (value, { reason }) =>
          reason === null ? String(value) : `${String(value)} (${plain(String(reason))})`,
      },
      { name: 'trial', align: 'right', show: (value) => dash(value, (number: number) => `#${number}`) },
      { name: 'seconds', title: 'FOR', align: 'right', show: (value) => dash(value, formatDuration) },
      {
        name: 'memoryBytes',
        title: 'MEMORY',
        align: 'right',
        show: (value) => (value === 0 ? '–' : formatBytes(Number(value))),
      },
      { name: 'gpu', show: (value) => dash(value, plain) },
    ],
    csvColumns: ['id', 'jobId', 'host', 'state', 'trial', 'seconds', 'memoryBytes', 'gpu', 'reason'].map(
      (name) => ({ name }),
    ),
  };
}
