import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { Json } from '../domain/trial.ts';
import { setJson } from './long-json.ts';
import { formatJson } from './python-json.ts';

/** JSON of about so many characters. */
const sized = (length: number): Json => ({
  words: Array.from({ length: length / 10 }, (_, i) => `ж${i % 10}`),
});

t.test('an attribute reads the same however long it is', async (t) => {
  for (const length of [0, 1000, 30_000]) {
    const attrs: Record<string, Json> = {};
    setJson(attrs, '__proto__', formatJson(sized(length)));
    setJson(attrs, 'after', 'null');
    t.same(Object.entries(attrs), [
      ['__proto__', sized(length)],
      ['after', null],
    ]);
    t.same(structuredClone(attrs)['after'], null);
  }
});

t.test('what is no JSON is the text that it is, and what Python alone calls a number is one', async (t) => {
  const attrs: Record<string, Json> = {};
  setJson(attrs, 'text', '{'.repeat(5000));
  setJson(attrs, 'numbers', `[${Array(2000).fill('NaN').join(', ')}]`);
  t.equal(attrs['text'], '{'.repeat(5000));
  t.same(attrs['numbers'], Array(2000).fill(Number.NaN));
});

/** On and off the heap, after a collection. */
function usedMemory(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

t.test('a thousand long attributes take little memory', async (t) => {
  const matrix = formatJson(
    Array.from({ length: 77 }, (_, i) => Array.from({ length: 77 }, (_, j) => (i === j ? 30 + i : 0))),
  );
  const before = usedMemory();
  const kept = Array.from({ length: 1000 }, () => {
    const attrs: Record<string, Json> = {};
    setJson(attrs, 'matrix', matrix);
    return attrs;
  });
  // Parsed they are 48 MB.
  t.ok(usedMemory() - before < 6 << 20);
  t.same(kept[999], { matrix: JSON.parse(matrix) });
});
