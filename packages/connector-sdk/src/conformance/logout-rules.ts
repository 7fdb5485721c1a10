import { login } from './actions.ts';
import { must, type Rule } from './rule.ts';

const returnUrl = 'https://issuer.example/logout/callback';
const state = 'state-of-the-logout';

export const logoutRules: readonly Rule[] = [
  {
    id: 'logout/returns',
    about: 'a logout leads to a web page of the provider that sends the browser back with the state',
    appliesTo: (connector) => connector.logout !== undefined,
    async check(context) {
      const { connectorData } = await login(context);
      const ask = { returnUrl, state, ...(connectorData === undefined ? {} : { connectorData }) };
      const step = await context.connector.logout?.begin(ask);
      if (step === undefined) return;
      const url = new URL(step.url);
      must(['http:', 'https:'].includes(url.protocol), `logout leads to ${url.protocol}`);
      must(step.url.includes(encodeURIComponent(returnUrl)) || step.url.includes(returnUrl), 'returnUrl is missing');
      must(step.url.includes(state), 'the state is missing');
    },
  },
];
