import t from 'tap';
import { TINY_CONFIG } from '../../testing/checkpoint-fixtures.ts';
import { formatBertConfig, parseBertConfig } from './config.ts';

const FIELDS = formatBertConfig(TINY_CONFIG);
const parse = (change: Readonly<Record<string, unknown>>) =>
  parseBertConfig(JSON.stringify({ ...FIELDS, ...change }), 'config.json');

t.test('what is written is read again', async (t) => {
  t.same(parse({}), TINY_CONFIG);
});

t.test('the keys of the first BERT are enough, the others have its values', async (t) => {
  const {
    layer_norm_eps: _,
    model_type: __,
    position_embedding_type: ___,
    torch_dtype: ____,
    ...google
  } = FIELDS;
  t.same(parseBertConfig(JSON.stringify(google), 'bert_config.json'), TINY_CONFIG);
});

t.test('keys of other versions are passed over', async (t) => {
  const extra = {
    architectures: ['BertModel'],
    use_cache: true,
    pad_token_id: 0,
    is_decoder: false,
    id2label: { 0: 'x' },
  };
  t.same(parse(extra), TINY_CONFIG);
});

t.test('a value that cannot be is named', async (t) => {
  for (const [key, values] of Object.entries({
    vocab_size: [0, -1, 1.5, '12', null, 1e12],
    hidden_size: [0, 1e9, undefined],
    num_hidden_layers: [1e9],
    max_position_embeddings: [[512]],
    hidden_dropout_prob: [1, -0.1, 'none'],
    layer_norm_eps: [-1, 2],
    hidden_act: ['swish', 7],
    model_type: ['roberta'],
    position_embedding_type: ['relative_key'],
    is_decoder: [true],
  })) {
    for (const value of values) {
      t.throws(
        () => parse({ [key]: value }),
        { name: 'CheckpointError', message: new RegExp(key) },
        `${key} ${value}`,
      );
    }
  }
  t.throws(() => parse({ num_attention_heads: 3 }), { message: /hidden_size 4 among 3 heads/ });
  t.throws(() => parseBertConfig('[]', 'config.json'), { message: 'config.json is no JSON object.' });
});
