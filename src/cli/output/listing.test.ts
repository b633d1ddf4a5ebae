import { parse as parseCsv } from 'csv-parse/sync';
import pc from 'picocolors';
import t from 'tap';
import { parse as parseYaml } from 'yaml';
import { UsageError } from '../../domain/errors.ts';
import { guardFormula } from './csv.ts';
import type { Format } from './io.ts';
import { type Listing, readPath, renderListing } from './listing.ts';

const style = { width: Number.POSITIVE_INFINITY, colors: pc.createColors(false), ascii: false };
const render = (listing: Listing, format: Format, columns: readonly string[] | null = null): string =>
  renderListing(listing, { format, columns, style });

const nasty = 'a "quoted", line\nwith\u001b[31m colour, \u202ereversed\u0085 and \u0000 zero';
const listing: Listing = {
  rows: [
    { number: 0, name: nasty, params: { lr: 0.123456789, 'f0.5': 1 }, value: Number.NaN },
    { number: 1, name: 'да', params: { lr: 1e-7 }, value: Number.POSITIVE_INFINITY },
  ],
  columns: [{ name: 'number', align: 'right' }, { name: 'name' }, { name: 'value' }],
  csvColumns: [{ name: 'number' }, { name: 'name' }, { name: 'value' }, { name: 'params.lr' }],
};

t.test('json is the rows, with null for what is not finite and controls escaped', async (t) => {
  const text = render(listing, 'json');
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  const rows = JSON.parse(text);
  t.equal(rows[0].name, nasty, 'the value survives');
  t.equal(rows[0].value, null);
  t.equal(rows[1].value, null);
  t.equal(rows[0].params.lr, 0.123456789, 'all digits');
});

t.test('yaml says the same as json', async (t) => {
  const text = render(listing, 'yaml');
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  t.same(parseYaml(text), JSON.parse(render(listing, 'json')));
});

t.test('csv comes back from a csv parser as it was', async (t) => {
  const rows = parseCsv(render(listing, 'csv'));
  t.same(rows[0], ['number', 'name', 'value', 'params.lr']);
  t.same(rows[1], ['0', nasty, '', '0.123456789']);
});

t.test('a table shows few digits and no control characters', async (t) => {
  const text = render(listing, 'table');
  t.match(text, 'NUMBER  NAME');
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  t.match(text, 'with colour, reversed');
});

t.test('every format shows the columns asked for, by name, path or the end of a path', async (t) => {
  t.equal(render(listing, 'csv', ['lr', 'number']), 'lr,number\n0.123456789,0\n1e-7,1\n');
  t.same(JSON.parse(render(listing, 'json', ['params.lr', 'value'])), [
    { 'params.lr': 0.123456789, value: null },
    { 'params.lr': 1e-7, value: null },
  ]);
  t.equal(render(listing, 'table', ['params.lr']), 'PARAMS.LR\n0.1235\n1e-7\n');
  t.match(render(listing, 'yaml', ['params.f0.5']), '- params.f0.5: 1');
});

t.test('an unknown column is an error that lists the known ones', async (t) => {
  for (const format of ['table', 'json', 'csv', 'yaml'] as const) {
    t.throws(() => render(listing, format, ['nope']), UsageError);
  }
  try {
    render(listing, 'csv', ['nope']);
  } catch (error) {
    t.match((error as UsageError).details.join(), 'number, name, value, params.lr');
  }
});

t.test('nothing to list is an empty list and still a header', async (t) => {
  const empty: Listing = { rows: [], columns: listing.columns };
  t.equal(render(empty, 'json'), '[]\n');
  t.equal(render(empty, 'csv'), 'number,name,value\n');
  t.equal(render(empty, 'table'), 'NUMBER  NAME  VALUE\n');
  t.same(parseYaml(render(empty, 'yaml')), []);
});

t.test('a single document is no list', async (t) => {
  const one: Listing = { rows: [{ a: 1 }], columns: [{ name: 'a' }], single: true };
  t.same(JSON.parse(render(one, 'json')), { a: 1 });
  t.same(parseYaml(render(one, 'yaml')), { a: 1 });
  t.equal(render(one, 'csv'), 'a\n1\n');
});

t.test('paths see keys with dots and stop at what is no object', async (t) => {
  t.equal(readPath({ metrics: { 'f0.5': 0.9 } }, 'metrics.f0.5'), 0.9);
  t.equal(readPath({ a: [1] }, 'a.length'), undefined);
  t.equal(readPath({ a: {} }, 'a.toString'), undefined, 'only own keys');
});

t.test('formulas are guarded where asked for', async (t) => {
  t.equal(guardFormula('=1+1'), "'=1+1");
  t.equal(guardFormula('@x'), "'@x");
  t.equal(guardFormula('ok'), 'ok');
});
