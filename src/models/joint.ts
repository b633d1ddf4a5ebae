import type { Params } from '../domain/distribution.ts';
import { UsageError } from '../domain/errors.ts';
import { joinParams, MODEL_PARAM, prefixed, valuesOf } from '../domain/joint-models.ts';
import { type Model, TrialFailure } from '../domain/ports.ts';
import type { Condition, SearchSpace, SpaceEntry } from '../domain/search-space.ts';
import type { SpaceContext } from '../domain/study.ts';
import type { Json } from '../domain/trial.ts';
import { readModelName } from './model-name.ts';

/**
 * Several models searched as one: a categorical parameter `model` chooses, and each model's own parameters, prefixed with
 * its name, take part only while it is chosen. Nothing is shared: `fasttext.wordNgrams` and `linear.wordNgrams` mean
 * different things to the two. What is saved is the chosen model's own, so that it predicts like any other.
 */
export function joinModels(members: readonly Model[]): Model {
  const names = members.map(({ name }) => name);
  const chosen = (params: Params): Model | undefined =>
    members.find(({ name }) => name === params[MODEL_PARAM]);
  const [first] = members;
  return {
    name: names.join(','),
    description: `one of ${names.join(', ')}, whichever is best`,
    space: (context) => ({
      [MODEL_PARAM]: { type: 'categorical', choices: names },
      ...joinSpaces(members, (model) => model.space(context)),
    }),
    optional: joinSpaces(members, ({ optional = {} }) => optional),
    defaults: (context) => takeTurns(members.map((model) => defaultsOf(model, context))),
    ownMetrics: (first!.ownMetrics ?? []).filter((metric) =>
      members.every(({ ownMetrics = [] }) => ownMetrics.includes(metric)),
    ),
    resampling: members.every(({ resampling }) => resampling === first!.resampling)
      ? first!.resampling
      : null,
    tracked: members.some(({ tracked }) => tracked === true),
    predictMemory(params, context) {
      const model = chosen(params);
      return model?.predictMemory(valuesOf(model.name, params), context) ?? null;
    },
    async train(params, data, context) {
      const model = chosen(params);
      if (model === undefined)
        throw badConfig(`model must be one of ${names.join(', ')}, not ${params[MODEL_PARAM]}`);
      const odd = Object.keys(params).find((name) => name !== MODEL_PARAM && isNobodys(names, name));
      if (odd !== undefined) throw badConfig(`none of ${names.join(', ')} has a parameter "${odd}"`);
      const settings = settingsOf(model, context.settings);
      return model.train(valuesOf(model.name, params), data, { ...context, settings });
    },
    async loadPredictor(dir) {
      const name = await readModelName(dir);
      const model = members.find((member) => member.name === name);
      if (model === undefined)
        throw new UsageError(`The model in ${dir} is ${name}, none of ${names.join(', ')}.`);
      return model.loadPredictor(dir);
    },
    checkSettings(settings) {
      refuseNobodys(members, settings);
      for (const model of members) model.checkSettings?.(settingsOf(model, settings));
    },
  };
}

/** The members' spaces side by side, without the choice between them. */
function joinSpaces(members: readonly Model[], spaceOf: (model: Model) => SearchSpace): SearchSpace {
  const entries = members.flatMap((model) =>
    Object.entries(spaceOf(model)).map(
      ([name, entry]) => [prefixed(model.name, name), whileChosen(model.name, entry)] as const,
    ),
  );
  return Object.fromEntries(entries);
}

function whileChosen(model: string, entry: SpaceEntry): SpaceEntry {
  const narrow = (condition: Condition): Condition => ({
    [MODEL_PARAM]: [model],
    ...Object.fromEntries(
      Object.entries(condition).map(([parent, wanted]) => [prefixed(model, parent), wanted]),
    ),
  });
  const { when = {} } = entry;
  return { ...entry, when: isList(when) ? when.map(narrow) : narrow(when) };
}

const isList = (when: NonNullable<SpaceEntry['when']>): when is readonly Condition[] => Array.isArray(when);

const defaultsOf = (model: Model, context: SpaceContext): Params[] =>
  model.defaults(context).map((params) => joinParams(model.name, params));

/** The first of each list, then the second of each: every model is tried early, with its own defaults. */
function takeTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, turn) =>
    lists.flatMap((list) => list.slice(turn, turn + 1)),
  ).flat();
}

const badConfig = (message: string): TrialFailure => new TrialFailure('bad-config', message);

const isNobodys = (names: readonly string[], value: string): boolean =>
  !names.some((name) => value.startsWith(prefixed(name, '')));

type Settings = Readonly<Record<string, Json>>;

/** A model's own settings, and of those without a model's name the ones that it shares. */
function settingsOf({ name, sharedSettings = [] }: Model, settings: Settings): Settings {
  const shared = Object.entries(settings).filter(([setting]) => sharedSettings.includes(setting));
  return { ...Object.fromEntries(shared), ...valuesOf(name, settings) };
}

function refuseNobodys(members: readonly Model[], settings: Settings): void {
  const names = members.map(({ name }) => name);
  const shared = members.flatMap(({ sharedSettings = [] }) => sharedSettings);
  const odd = Object.keys(settings).find((setting) => isNobodys(names, setting) && !shared.includes(setting));
  if (odd === undefined) return;
  throw new UsageError(`with several models a setting says whose it is; "${odd}" does not`, {
    fix: names.map((name) => `--set ${prefixed(name, odd)}=…`).join(' or '),
  });
}
