import t from 'tap';
import { parsePattern } from './metric-pattern.ts';
import { RegexMatcher } from './regex-matcher.ts';

t.test('a pattern names its metrics by its groups, or before an equals sign', async (t) => {
  const matcher = new RegexMatcher([
    parsePattern(String.raw`f1=val F1: ([\d.]+)`),
    parsePattern(String.raw`epoch (?<step>\d+).* loss=(?<loss>\S+)`),
  ]);
  t.same(await matcher.match(['epoch 3 loss=0.5 val F1: 0.7', 'nothing', 'val F1: 0.8']), [
    { f1: '0.7', step: '3', loss: '0.5' },
    {},
    { f1: '0.8' },
  ]);
  await matcher.close();
});

t.test('a pattern without a metric is refused', async (t) => {
  t.throws(() => parsePattern('val F1'), /no group/);
  t.throws(() => parsePattern(String.raw`val F1: ([\d.]+)`), /no group/);
  t.throws(() => parsePattern('f1=('), /no regular expression/);
});

t.test('a pattern that explodes is cut on that line, and given up when it goes on', async (t) => {
  const matcher = new RegexMatcher([parsePattern('x=^(a+)+$'), parsePattern(String.raw`f1=f1 (\S+)`)]);
  t.teardown(() => matcher.close());
  const explosive = `${'a'.repeat(40)}!`;
  t.same(await matcher.match(['f1 0.1', explosive, 'aaa', 'f1 0.2']), [
    { f1: '0.1' },
    {},
    { x: 'aaa' },
    { f1: '0.2' },
  ]);
  t.equal(matcher.cuts, 1);
  const many = Array.from({ length: 30 }, () => explosive);
  const found = await matcher.match([...many, 'aaa', 'f1 0.3']);
  t.same(found.slice(-2), [{}, { f1: '0.3' }], 'the other pattern goes on');
  t.equal(matcher.cuts, 10);
});
