import type { Rng } from '../../domain/random.ts';
import { pick } from './compose-message.ts';

const EMOJI = ['😡', '🙏', '😢', '👍', '❤️', '🤔', '😤', '🔥', ')))', '!!!', '🥲', '📦'];
const TYPO_RATE = 0.04;

/** A clean message as people type it: typos, no capitals or only capitals, lost punctuation, emoji. */
export function roughen(text: string, rng: Rng): string {
  const words = text.split(' ').map((word) => (rng.uniform() < TYPO_RATE ? mistype(word, rng) : word));
  let rough = words.join(' ');
  if (rng.uniform() < 0.3) rough = rough.replace(/[.,!?«»"]/g, '');
  const style = rng.uniform();
  if (style < 0.04) rough = rough.toUpperCase();
  else if (style < 0.55) rough = rough.charAt(0).toUpperCase() + rough.slice(1);
  if (rng.uniform() < 0.5) rough = rough.replaceAll('ё', 'е');
  return rng.uniform() < 0.15 ? `${rough} ${pick(EMOJI, rng)}` : rough;
}

/** Two letters swapped, one lost or one doubled; short words and numbers stay. */
function mistype(word: string, rng: Rng): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const at = 1 + rng.integer(word.length - 2);
  const [before, here, next, after] = [word.slice(0, at), word[at]!, word[at + 1]!, word.slice(at + 2)];
  return before + pick([next + here, next, here + here + next], rng) + after;
}
