import { callbackUrl } from './actions.ts';
import { must, type Rule } from './rule.ts';
import { secretForms } from './secret-forms.ts';

export const metadataRules: readonly Rule[] = [
  {
    id: 'metadata/public',
    about: 'the document about the connector has a media type, names its callback, and shows no secret',
    appliesTo: (connector) => connector.metadata !== undefined,
    async check({ connector: { metadata }, subject }) {
      must(/^[a-z]+\/[\w.+-]+/u.test(metadata?.contentType ?? ''), `"${metadata?.contentType}" is no media type`);
      const document = (await metadata?.describe({ callbackUrl })) ?? '';
      must(document.includes(callbackUrl), 'the callback is missing');
      const forms = subject.secrets.flatMap(secretForms);
      must(!forms.some((form) => document.includes(form)), 'there is a secret in it');
    },
  },
];
