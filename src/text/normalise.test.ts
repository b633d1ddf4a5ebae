import t from 'tap';
import { NORMALISATIONS, normalise } from './normalise.ts';

t.test('lp lower-cases and splits punctuation off', async (t) => {
  t.equal(normalise("Hello,World! Don't", 'lp'), "hello , world ! don ' t");
  t.equal(normalise('Цена: 5€ (скидка)', 'lp'), 'цена : 5 € ( скидка )');
});

t.test('lower keeps punctuation, raw keeps case too', async (t) => {
  t.equal(normalise('Привет, Мир!', 'lower'), 'привет, мир!');
  t.equal(normalise('Привет,  Мир!', 'raw'), 'Привет, Мир!');
});

t.test('ё stays ё and a combining mark joins its letter', async (t) => {
  t.equal(normalise('ЁЖ', 'lp'), 'ёж');
  t.equal(normalise('е\u0308ж и\u0306', 'lp'), 'ёж й');
  t.equal(normalise('е\u0308ж', 'raw'), 'е\u0308ж');
  t.equal(
    normalise('уда\u0301рение', 'lp'),
    'уда\u0301рение',
    'a stress mark has no composed form and stays',
  );
});

t.test('an emoji is a word of its own, with its modifiers', async (t) => {
  t.equal(normalise('ок👍🏽🔥', 'lp'), 'ок 👍🏽 🔥');
  t.equal(normalise('семья👨‍👩‍👧да', 'lp'), 'семья 👨‍👩‍👧 да');
  t.equal(normalise('a❤️b', 'lp'), 'a ❤️ b');
  t.equal(normalise('🇷🇺🇫🇷', 'lp'), '🇷🇺 🇫🇷');
});

t.test('mask makes addresses, names and digits equal', async (t) => {
  t.equal(
    normalise('@Ivan_99 см. https://ex.org/A?b=1 тел. 8-800', 'lp+mask'),
    'USER см . URL тел . 0 - 000',
  );
  t.equal(normalise('почта a@b.ru', 'lp+mask'), 'почта a @ b . ru', 'a mail address is no name');
  t.equal(normalise('www.site.ru', 'lp+mask'), 'URL');
});

t.test('whatever the text, the result is one line without control characters or double spaces', async (t) => {
  const odd = ' a\r\nb\u2028c\u0085d\0e\t\tf\u00a0g \u{1F600}\ud800 ';
  for (const how of NORMALISATIONS) {
    const line = normalise(odd, how);
    t.notMatch(line, /[\n\r\t\0]| {2}|^ | $/, how);
    if (how !== 'raw') t.match(line, /^a b c d e f g/, 'Unicode spaces too');
  }
  t.equal(normalise(' \n ', 'lp'), '');
});

t.test('normalising twice changes nothing more', async (t) => {
  const text = 'RT @Me: Ёлки-палки!!! http://x.y/z 100% ❤️ ...';
  for (const how of NORMALISATIONS) {
    if (how === 'lp+mask') continue;
    const once = normalise(text, how);
    t.equal(normalise(once, how), once, how);
  }
});
