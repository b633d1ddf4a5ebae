import type { Rng } from '../../domain/random.ts';
import { type Phrases, TOPICS, type Topic } from './phrases.ts';

// Tuned with the official fasttext program so that its defaults leave much to gain and nothing reaches a perfect score.
const VAGUE = 0.04;
const SAME_TOPIC = 0.6;
const OTHER_TOPIC = 0.1;
const ASIDE = 0.3;

/**
 * One clean message on a topic: the sentence that matters, often with more on the same topic, sometimes with an aside, a
 * second topic, a greeting or a closing. A few don't tell their topic at all.
 */
export function composeMessage(topic: Topic, phrases: Phrases, rng: Rng): string {
  const parts = [pick(rng.uniform() < VAGUE ? phrases.vague : phrases.core[topic], rng)];
  if (rng.uniform() < SAME_TOPIC) parts.push(pick(phrases.core[topic], rng));
  if (rng.uniform() < OTHER_TOPIC) parts.push(pick(phrases.core[pick(TOPICS, rng)], rng));
  if (rng.uniform() < ASIDE) {
    const aside = pick(phrases.asides, rng);
    if (rng.uniform() < 0.5) parts.unshift(aside);
    else parts.push(aside);
  }
  if (rng.uniform() < 0.3) parts.unshift(`${pick(phrases.greetings, rng)}${rng.uniform() < 0.5 ? ',' : '!'}`);
  if (rng.uniform() < 0.25) parts.push(`${pick(phrases.closings, rng)}`);
  const text = parts.map((part) => expand(part, phrases, rng)).join(' ');
  return text.replace(/\s+/g, ' ').replace(/ (?=[.,?!])/g, '');
}

/** Resolves choices, then slots. */
function expand(template: string, phrases: Phrases, rng: Rng): string {
  const chosen = template.replace(/\[([^\]]*)\]/g, (_, choices: string) => pick(choices.split('|'), rng));
  return chosen.replace(/\{(\w+)\}/g, (_, slot: string) => fillSlot(slot, phrases, rng));
}

function fillSlot(slot: string, phrases: Phrases, rng: Rng): string {
  switch (slot) {
    case 'n':
      return String(100_000 + rng.integer(900_000));
    case 'k':
      return String(2 + rng.integer(9));
    case 'sum':
      return `${rng.integer(2) === 0 ? '$' : ''}${9 + rng.integer(490)}${rng.integer(2) === 0 ? '.90' : ''}`;
    default:
      return pick(phrases.slots[slot]!, rng);
  }
}

/** One of the values, each as likely. */
export function pick<T>(values: readonly T[], rng: Rng): T {
  return values[rng.integer(values.length)]!;
}
