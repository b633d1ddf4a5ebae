import { basename, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describeData, type ReaderOptions } from '../../datasets/index.ts';
import { DataError } from '../../domain/errors.ts';
import type { DataRef, StudyData } from '../../domain/study.ts';
import type { Config } from '../config/config.ts';
import { DEFAULTS } from './layers.ts';

/** The data sets of a study, hashed. @throws {DataError} none is named, or one cannot be used */
export async function describeStudyData(config: Config, stored: StudyData | null): Promise<StudyData> {
  const { train, valid, test } = config;
  if (train === undefined) throw noData(config.model ?? 'fasttext');
  const describe = (path: string, before: DataRef | null | undefined): Promise<DataRef> => {
    const format = config.dataFormat ?? (before?.path === resolve(path) ? before.format : undefined);
    return describeData(path, { ...readerOptions(config), ...(format === undefined ? {} : { format }) });
  };
  return {
    train: await describe(train, stored?.train),
    valid: valid === undefined ? null : await describe(valid, stored?.valid),
    test: test === undefined ? null : await describe(test, stored?.test),
    validFraction: config.validFraction ?? DEFAULTS.validFraction,
    dedupe: config.dedupe ?? DEFAULTS.dedupe,
  };
}

/** Only what a person said: the rest is the reader's to find out. */
export function readerOptions(config: Config): ReaderOptions {
  const { textColumn, labelColumn, labelSeparator, delimiter, header, labelPrefix } = config;
  const options = { textColumn, labelColumn, labelSeparator, delimiter, header, labelPrefix };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function noData(model: string): DataError {
  return new DataError(`there is no training data for ${model}`, {
    details: [
      'data is a text file with one document a line: __label__NAME text …; CSV, TSV and JSON lines work too',
    ],
    fix: 'give --train FILE --valid FILE; or make some: hpo dataset demo data/demo, then --train data/demo/train.txt --valid data/demo/valid.txt',
  });
}

/** What differs between the data a study was searched on and the data it would be searched on now; one line each. */
export function findDataChanges(before: StudyData, now: StudyData): string[] {
  const changes = [
    changeOf('training data', before.train, now.train),
    changeOf('validation data', before.valid, now.valid),
  ];
  if (before.valid === null && now.valid === null && before.validFraction !== now.validFraction)
    changes.push(`held-out part: ${before.validFraction}, now ${now.validFraction}`);
  if (before.dedupe !== now.dedupe) changes.push(`dedupe: ${before.dedupe}, now ${now.dedupe}`);
  return changes.filter((change) => change !== null);
}

function changeOf(what: string, before: DataRef | null, now: DataRef | null): string | null {
  if (before === null && now === null) return null;
  if (before === null) return `${what}: a held-out part, now ${now!.path}`;
  if (now === null) return `${what}: ${before.path}, now a held-out part`;
  if (before.sha256 !== now.sha256)
    return `${what}: ${before.path} (sha256 ${before.sha256.slice(0, 12)}…), now ${now.path} (${now.sha256.slice(0, 12)}…)`;
  const read = ({ format, options }: DataRef): object => ({ format, options });
  return isDeepStrictEqual(read(before), read(now))
    ? null
    : `${what} is read otherwise: ${JSON.stringify(read(before))}, now ${JSON.stringify(read(now))}`;
}

/** `data/train.txt.gz` → `train`: part of a study's name. */
export function stemOf(path: string): string {
  const name = path === '-' ? 'stdin' : basename(path);
  return name.replace(/\.gz$/i, '').replace(/(?<=.)\.[^.]+$/, '');
}
