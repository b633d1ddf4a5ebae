import pc from 'picocolors';
import stringWidth from 'string-width';
import t from 'tap';
import { cutText, fitWidths, renderTable, type TableStyle } from './table.ts';

const wide: TableStyle = { width: Number.POSITIVE_INFINITY, colors: pc.createColors(false), ascii: false };

t.test('columns stand under their titles whatever script the cells are in', async (t) => {
  const names = ['plain', 'Жалоба', '价格问题', '👩‍👩‍👧 семья', 'é combining'];
  const text = renderTable(
    [{ title: 'LABEL' }, { title: 'N', align: 'right' }],
    names.map((name, i) => [name, String(10 ** i)]),
    wide,
  );
  const lines = text.trimEnd().split('\n');
  t.equal(lines.length, names.length + 1);
  t.equal(
    new Set(lines.map((line) => stringWidth(line))).size,
    1,
    'right-aligned last column ends in one place',
  );
});

t.test('a line never ends in blanks', async (t) => {
  const text = renderTable(
    [{ title: 'A' }, { title: 'B' }],
    [
      ['1', 'long cell'],
      ['2', 'x'],
    ],
    wide,
  );
  t.equal(text, 'A  B\n1  long cell\n2  x\n');
});

t.test('flexible columns are cut to the terminal, the widest first', async (t) => {
  t.same(fitWidths([{ title: '' }, { title: '', flexible: true }], [10, 50], 40), [10, 28]);
  t.same(
    fitWidths(
      [
        { title: '', flexible: true },
        { title: '', flexible: true },
      ],
      [20, 50],
      62,
    ),
    [20, 40],
  );
  const text = renderTable(
    [{ title: 'N' }, { title: 'PARAMS', flexible: true }],
    [['1', 'lr=0.1 dim=10 выборка=价格问题']],
    { ...wide, width: 24 },
  );
  for (const line of text.trimEnd().split('\n')) t.ok(stringWidth(line) <= 24, line);
});

t.test('a cut keeps whole characters and marks itself', async (t) => {
  t.equal(cutText('価格問題', 5, false), '価格…');
  t.equal(cutText('abcdef', 4, true), 'abc~');
  t.equal(cutText('abcd', 4, false), 'abcd');
  t.equal(cutText('👩‍👩‍👧👩‍👩‍👧', 3, false), '👩‍👩‍👧…');
});

t.test('colours do not shift columns', async (t) => {
  const columns = [{ title: 'STATE', tint: () => 'green' as const }, { title: 'N' }];
  const coloured = renderTable(
    columns,
    [
      ['ok', '1'],
      ['failed', '2'],
    ],
    { ...wide, colors: pc.createColors(true) },
  );
  const bare = renderTable(
    columns,
    [
      ['ok', '1'],
      ['failed', '2'],
    ],
    wide,
  );
  t.not(coloured, bare);
  t.equal(coloured.replace(/\x1b\[\d+m/g, ''), bare);
});

t.test('a hundred thousand rows are rendered', async (t) => {
  const rows = Array.from({ length: 100_000 }, (_, i) => [String(i)]);
  t.equal(renderTable([{ title: 'N' }], rows, wide).split('\n').length, 100_002);
});
