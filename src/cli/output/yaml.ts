import { Document, isScalar, Scalar, visit } from 'yaml';
import type { Json } from '../../domain/trial.ts';
import { escapeControls, hasControls } from './escape-controls.ts';

/** A YAML document. NaN and infinities become null, as in JSON; texts with control characters are quoted and escaped. */
export function renderYaml(value: Json): string {
  const document = new Document(JSON.parse(JSON.stringify(value)) as Json);
  visit(document, {
    Scalar(_, node) {
      if (isScalar(node) && typeof node.value === 'string' && hasControls(node.value)) {
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return escapeControls(document.toString({ lineWidth: 0 }));
}
