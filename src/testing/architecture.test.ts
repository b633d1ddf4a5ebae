import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** Who may import whom, beyond the domain, which everybody may. Imports flow one way; nobody imports the CLI. */
const ALLOWED: Record<string, readonly string[]> = {
  domain: [],
  metrics: [],
  text: [],
  datasets: [],
  neural: [],
  tracking: [],
  'bayesian-optimizer': [],
  protocol: [],
  importance: [],
  pruners: [],
  storage: [],
  samplers: ['bayesian-optimizer'],
  engine: ['protocol'],
  launchers: ['protocol'],
  trial: ['protocol', 'models', 'datasets', 'metrics', 'tracking'],
  models: ['protocol', 'neural', 'text', 'metrics', 'datasets'],
  library: ['datasets', 'engine', 'importance', 'launchers', 'models', 'pruners', 'samplers'],
  serving: ['models'],
  dashboard: ['models', 'engine'],
};

const src = dirname(dirname(fileURLToPath(import.meta.url)));
const areaOf = (path: string): string => relative(src, path).split('/')[0]!;

const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('assembly/'))
  .map((name) => join(src, name));

/** Import targets inside src (`#bayesian-optimizer` counts as its folder), as absolute paths. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]!);
  return named.flatMap((name) => {
    if (name === '#bayesian-optimizer') return [join(src, 'bayesian-optimizer', 'index.ts')];
    return name.startsWith('.') ? [resolve(dirname(path), name)] : [];
  });
}

t.test('imports flow one way', async (t) => {
  t.ok(sources.length > 10, 'the sources were found');
  const broken = sources
    .filter((path) => !['cli', 'testing', 'index.ts'].includes(areaOf(path)))
    .flatMap((path) =>
      importsOf(path)
        .filter(
          (target) => ![areaOf(path), 'domain', ...(ALLOWED[areaOf(path)] ?? [])].includes(areaOf(target)),
        )
        .map((target) => `${relative(src, path)} → ${relative(src, target)}`),
    );
  t.same(broken, []);
});

t.test('every area is known to the list', async (t) => {
  const areas = new Set(sources.map(areaOf).filter((area) => !area.endsWith('.ts')));
  t.same(
    [...areas].filter((area) => !(area in ALLOWED) && area !== 'cli' && area !== 'testing'),
    [],
  );
});

t.test('only cli/compose.ts picks implementations', async (t) => {
  const registries = ['storage', 'samplers', 'pruners', 'launchers'].map((area) =>
    join(src, area, 'index.ts'),
  );
  const pickers = sources
    .filter((path) => areaOf(path) === 'cli' && importsOf(path).some((target) => registries.includes(target)))
    .map((path) => relative(src, path));
  t.same(
    pickers.filter((path) => path !== 'cli/compose.ts'),
    [],
  );
});
