import { containsValue, type Params } from '../../domain/distribution.ts';
import { UsageError } from '../../domain/errors.ts';
import type { SearchSpace, SpaceEntry } from '../../domain/search-space.ts';
import { unknownParameter } from '../config/space-patch.ts';

/** Fixed values that lie in the space. @throws {UsageError} unknown parameter, or a value outside its range */
export function checkFixed(fixed: Params, space: SearchSpace, where: (name: string) => string): Params {
  for (const [name, value] of Object.entries(fixed)) {
    const entry = space[name];
    if (entry === undefined) throw unknownParameter(name, Object.keys(space), where(name));
    if (containsValue(entry, value)) continue;
    throw new UsageError(`${name} = ${JSON.stringify(value)} is outside its range (${where(name)})`, {
      details: [`${name}: ${describeRange(entry)}`],
      fix: `a value in the range, or widen it with --space FILE`,
    });
  }
  return fixed;
}

function describeRange(entry: SpaceEntry): string {
  if (entry.type === 'categorical')
    return `one of ${entry.choices.map((choice) => JSON.stringify(choice)).join(', ')}`;
  const step = entry.step === undefined ? '' : ` in steps of ${entry.step}`;
  return `${entry.type} from ${entry.low} to ${entry.high}${step}`;
}
