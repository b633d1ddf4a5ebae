import pg from 'pg';

const BIGINT = 20;
const TIMESTAMP = 1114;

/** Values as the queries expect them: numbers as numbers, times as Optuna's text, `YYYY-MM-DD HH:MM:SS.ffffff`. */
export const VALUE_TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    // Ids, offsets and times in ms stay far below 2^53.
    if (oid === BIGINT) return Number;
    if (oid === TIMESTAMP) return padFraction;
    return pg.types.getTypeParser(oid, format as 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

/** PostgreSQL leaves trailing zeros out. */
function padFraction(text: string): string {
  const [whole, fraction = ''] = text.split('.');
  return `${whole}.${fraction.padEnd(6, '0')}`;
}
