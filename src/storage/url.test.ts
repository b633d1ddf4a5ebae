import t from 'tap';
import { HpoError, UsageError } from '../domain/errors.ts';
import { openStorage } from './index.ts';
import { hasInlinePassword, parseStorageUrl, redactUrl } from './url.ts';

t.test('every spelling of a SQLite file names the same path', async (t) => {
  const paths = {
    'trials.db': 'trials.db',
    './a b/trials.db': './a b/trials.db',
    'sqlite:trials.db': 'trials.db',
    'sqlite:/tmp/trials.db': '/tmp/trials.db',
    'sqlite:///trials.db': 'trials.db',
    'sqlite:////tmp/trials.db': '/tmp/trials.db',
    'sqlite+pysqlite:///trials.db?timeout=30': 'trials.db',
  };
  for (const [url, path] of Object.entries(paths)) {
    t.match(parseStorageUrl(url), { scheme: 'sqlite', rest: path, shown: `sqlite:${path}` });
  }
});

t.test('a URL that names no file is a usage error', async (t) => {
  for (const url of ['', 'sqlite:', 'sqlite://', 'sqlite:///:memory:', 'sqlite://host/trials.db']) {
    t.throws(() => parseStorageUrl(url), UsageError, url);
  }
});

t.test('passwords are never shown', async (t) => {
  const secrets = [
    'postgresql://anna:s3cret@host/db',
    'postgresql+psycopg2://anna:s3c/r@et@host:5432/db',
    'mysql://host/db?user=anna&password=s3cret',
  ];
  for (const url of secrets) {
    t.notMatch(redactUrl(url), /s3c/);
    t.equal(hasInlinePassword(url), true);
    const error = (await openStorage(url, { create: true }).catch((error: unknown) => error)) as HpoError;
    t.ok(error instanceof HpoError);
    t.notMatch([error.message, ...error.details].join(), /s3c/);
  }
  t.equal(hasInlinePassword('postgresql://anna@host/db'), false);
});

t.test('a malformed server URL and an unknown scheme are usage errors', async (t) => {
  await t.rejects(openStorage('postgresql+psycopg2://anna@ho st:x/db', { create: true }), {
    name: 'UsageError',
    message: /is no PostgreSQL URL/,
  });
  await t.rejects(openStorage('redis://host', { create: true }), {
    message: /No storage "redis".*Known: sqlite/,
  });
});
