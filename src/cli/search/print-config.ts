import type { Json } from '../../domain/trial.ts';
import type { Io } from '../output/io.ts';
import type { Listing } from '../output/listing.ts';
import { printListing } from '../output/print-listing.ts';
import { formatCell } from '../output/readable.ts';
import type { RunOptions } from './check-run.ts';
import { DEFAULT_METRIC } from './layers.ts';
import type { StudyAtHand } from './open-study.ts';

/** `--print-config`: every value and where it came from. */
export function printConfig(io: Io, atHand: StudyAtHand, run: RunOptions): void {
  const { config, sources, study, name } = atHand;
  const rows = [...sources].map(([setting, source]) => ({
    setting,
    value: setting === 'metric' ? alone(config.metric) : valueAt(config, setting),
    source,
  }));
  const missing = [
    { setting: 'study', value: name, source: study === null ? 'default' : 'the only study' },
    { setting: 'metric', value: DEFAULT_METRIC, source: 'default' },
    { setting: 'average', value: null, source: 'by the data' },
    { setting: 'nTrials', value: run.nTrials, source: 'default' },
  ].filter(({ setting, value }) => !sources.has(setting) && !(setting === 'nTrials' && value === null));
  const listing: Listing = {
    rows: [...missing, ...rows].sort((a, b) => (a.setting < b.setting ? -1 : 1)),
    columns: [{ name: 'setting' }, { name: 'value', flexible: true, show: showValue }, { name: 'source' }],
  };
  printListing(io, listing);
}

/** One metric is a word, several are a list. */
function alone(metrics: readonly string[] = []): Json {
  return metrics.length === 1 ? metrics[0]! : metrics;
}

/** A sampler or pruner without options is its name. */
function showValue(value: Json): string {
  const { name, options } = (value ?? {}) as { name?: string; options?: object };
  const isBare = name !== undefined && options !== undefined && Object.keys(options).length === 0;
  return formatCell(isBare ? name : value);
}

function valueAt(config: object, path: string): Json {
  const [key, ...rest] = path.split('.') as [string, ...string[]];
  const value = (config as Record<string, Json>)[key]!;
  return rest.length === 0 ? value : ((value as Record<string, Json>)[rest.join('.')] ?? null);
}
