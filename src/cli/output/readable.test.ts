import t from 'tap';
import {
  formatBytes,
  formatCell,
  formatDuration,
  formatNumber,
  formatScore,
  formatTime,
} from './readable.ts';

t.test('numbers keep four or five significant digits', async (t) => {
  const cases: [number, string][] = [
    [0.123456, '0.1235'],
    [12.34567, '12.346'],
    [123456.7, '123457'],
    [1e-7, '1e-7'],
    [0.00012346, '0.0001235'],
    [2097152, '2097152'],
    [1.5e20, '1.5e+20'],
    [-0.25, '-0.25'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ];
  for (const [value, text] of cases) t.equal(formatNumber(value), text);
  t.equal(formatScore(0.9), '0.9000');
  t.equal(formatScore(1), '1.0000');
  t.equal(formatScore(0), '0.0000');
  t.equal(formatScore(123), '123');
});

t.test('durations grow with their unit', async (t) => {
  const cases: [number, string][] = [
    [0, '0.00 s'],
    [0.426, '0.43 s'],
    [12.34, '12.3 s'],
    [59.97, '1m00s'],
    [65, '1m05s'],
    [3599.9, '1h00m'],
    [6120, '1h42m'],
    [273600, '3d04h'],
  ];
  for (const [seconds, text] of cases) t.equal(formatDuration(seconds), text);
});

t.test('bytes have a decimal unit', async (t) => {
  t.equal(formatBytes(0), '0 B');
  t.equal(formatBytes(1536), '1.54 kB');
  t.equal(formatBytes(999_999), '1 MB');
  t.equal(formatBytes(812e6), '812 MB');
});

t.test('cells are one harmless line', async (t) => {
  t.equal(formatCell(null), '–');
  t.equal(formatCell({ lr: 0.1, 'na\nme': 'two words', off: null }), 'lr=0.1 na me="two words" off=null');
  t.equal(formatCell([0.5, 'a']), '0.5 a');
  t.equal(formatCell('\u001b[2Jtext'), 'text');
  t.match(formatTime('2026-01-02T03:04:05Z'), /^2026-01-0[123] \d\d:\d\d:05$/);
});
