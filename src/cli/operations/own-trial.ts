import { UsageError } from '../../domain/errors.ts';
import type { BoundStudy, Study } from '../../domain/study.ts';

/** A study whose trials can be asked for. @throws {UsageError} one of another program, or without a search space */
export function requireSpace(study: Study, options: string): BoundStudy {
  const { spec, name } = study;
  if (spec === null)
    throw new UsageError(`study "${name}" was made by another program: hpo does not know its space`, {
      fix: 'make one: hpo create-study --study NAME --space FILE',
    });
  if (spec.model === null || Object.keys(spec.space).length === 0)
    throw new UsageError(`study "${name}" has no search space yet`, {
      fix: `hpo create-study --study ANOTHER --space FILE, or bind a model: hpo optimize ${options} --model fasttext --train T`,
    });
  return { ...study, spec: { ...spec, model: spec.model } };
}
