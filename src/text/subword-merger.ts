import { type CountedPair, createPairQueue } from './subword-pair-queue.ts';

/** Words by their letters' pieces: `['a', '##b']`. */
export interface CountedWord {
  readonly pieces: readonly string[];
  readonly count: number;
}

/** Joins pieces that stand side by side, the most frequent pair first. */
export interface Merger {
  /** The alphabet, then what was joined, in that order; none twice. */
  readonly pieces: readonly string[];
  /** False: no pair stands side by side `minCount` times. */
  joinMostFrequent(minCount: number): boolean;
}

interface Pair extends CountedPair {
  readonly left: number;
  readonly right: number;
  /** Words in which it stands or stood; some twice. */
  readonly words: number[];
}

/** @param alphabet a word with other letters takes no part */
export function createMerger(words: readonly CountedWord[], alphabet: readonly string[]): Merger {
  const pieces = [...alphabet];
  const numbers = new Map(pieces.map((piece, number) => [piece, number]));
  const spelt: number[][] = [];
  const counts: number[] = [];
  const pairs = createPairs(pieces);
  const queue = createPairQueue<Pair>();

  /** Adds a word's pairs to the counts, or takes them off. */
  const count = (word: number, sign: 1 | -1, touch: (pair: Pair) => void): void => {
    const own = spelt[word]!;
    for (let i = 1; i < own.length; i++) {
      const pair = pairs.find(own[i - 1]!, own[i]!);
      pair.count += sign * counts[word]!;
      touch(pair);
    }
  };

  for (const word of words) {
    const own = word.pieces.map((piece) => numbers.get(piece));
    if (!own.every((number) => number !== undefined)) continue;
    spelt.push(own);
    counts.push(word.count);
    count(spelt.length - 1, 1, (pair) => pair.words.push(spelt.length - 1));
  }
  for (const pair of pairs.all()) queue.push(pair);

  const join = (pair: Pair): void => {
    const text = pieces[pair.left]! + pieces[pair.right]!.slice(2);
    const joined = numbers.get(text) ?? pieces.push(text) - 1;
    numbers.set(text, joined);
    const grown = new Set<Pair>();
    for (const word of new Set(pair.words)) {
      count(word, -1, () => {});
      spelt[word] = replacePair(spelt[word]!, pair, joined);
      count(word, 1, (other) => {
        if (other.left !== joined && other.right !== joined) return;
        other.words.push(word);
        grown.add(other);
      });
    }
    pairs.remove(pair);
    for (const other of grown) queue.push(other);
  };
  return {
    pieces,
    joinMostFrequent(minCount) {
      const pair = queue.pop();
      if (pair === undefined || pair.count < minCount) return false;
      join(pair);
      return true;
    },
  };
}

function createPairs(pieces: readonly string[]) {
  const pairs = new Map<number, Pair>();
  const keyOf = (left: number, right: number): number => left * MAX_PIECES + right;
  return {
    all: () => pairs.values(),
    remove: ({ left, right }: Pair) => pairs.delete(keyOf(left, right)),
    find(left: number, right: number): Pair {
      const known = pairs.get(keyOf(left, right));
      if (known !== undefined) return known;
      const pair = { left, right, text: `${pieces[left]} ${pieces[right]}`, count: 0, words: [] };
      pairs.set(keyOf(left, right), pair);
      return pair;
    },
  };
}

/** Two numbers below it make one key that a double holds exactly. */
const MAX_PIECES = 2 ** 26;

function replacePair(word: readonly number[], { left, right }: Pair, joined: number): number[] {
  const replaced: number[] = [];
  for (let i = 0; i < word.length; i++) {
    const here = word[i] === left && word[i + 1] === right;
    replaced.push(here ? joined : word[i]!);
    if (here) i++;
  }
  return replaced;
}
