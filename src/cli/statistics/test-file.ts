import { UsageError } from '../../domain/errors.ts';
import type { Study } from '../../domain/study.ts';

/** The option of commands that score a trial's own model on data that the search never saw. */
export const TEST_OPTION = {
  kind: 'optional',
  describe: 'also score its model on this labelled file, which the search never saw',
  fallback: "the study's test file",
} as const;

/** The file that was given, or the study's own. @throws {UsageError} neither */
export function testFileOf({ spec }: Study, given: string): string {
  const path = given === '' ? spec?.data?.test?.path : given;
  if (path !== undefined) return path;
  throw new UsageError('--test: the study has no test file of its own.', { fix: '--test FILE' });
}
