/** Marked secrets must not show up, in whatever form, where they do not belong: logs, errors, identities, URLs. */
import { inspect } from 'node:util';
import { isOstiaryError } from '@ostiary/primitives';
import type { Identity } from '../identity.ts';
import { begin, check, failure, finish, login, refresh, visit } from './actions.ts';
import { must, needed, type Rule, type RuleContext } from './rule.ts';
import { secretForms } from './secret-forms.ts';

interface Exhibit {
  readonly place: string;
  readonly text: string;
}

export const secrecyRules: readonly Rule[] = [
  {
    id: 'secrecy/login',
    about: 'a login shows no secret in a log line, a URL or a field of the identity besides connectorData',
    async check(context) {
      const identity = await login(context);
      search(context, identity, [fields(identity)]);
    },
  },
  {
    id: 'secrecy/refused',
    about: 'a login that fails shows no secret in a log line or in its error, causes and stack included',
    async check(context) {
      const errors = [...(await refusals(context)), ...(await brokenLogins(context))];
      search(context, undefined, errors.map(exhibitOf));
    },
  },
  {
    id: 'secrecy/refresh',
    about: 'a refresh, good or failing, shows no secret',
    appliesTo: (connector) => connector.refresh?.kind === 'upstream',
    async check(context) {
      const identity = await login(context);
      const renewed = await refresh(context, identity);
      const errors: Error[] = [];
      if (context.subject.offline === undefined) {
        context.network.weather = 'echo';
        const newest = renewed === 'rejected' ? identity : renewed;
        errors.push(await failure(() => refresh(context, newest), 'a refresh answered with an echo'));
      }
      search(context, identity, errors.map(exhibitOf));
      if (renewed !== 'rejected') search(context, renewed, [fields(renewed)]);
    },
  },
];

/** Errors of logins that a person or a password makes fail. */
async function refusals(context: RuleContext): Promise<readonly Error[]> {
  const { upstream } = context;
  if (context.connector.via === 'password') {
    const { username, password } = needed(upstream, 'account');
    await check(context, username, `${password}x`);
    return [];
  }
  if (upstream.decline === undefined) return [];
  const step = await begin(context);
  const params = await upstream.decline(step);
  return [await failure(() => finish(context, step, params), 'a login that was declined')];
}

/** Errors of logins during which the provider repeats all it was sent. */
async function brokenLogins(context: RuleContext): Promise<readonly Error[]> {
  if (context.subject.offline !== undefined) return [];
  if (context.connector.via === 'password') {
    context.network.weather = 'echo';
    return [await failure(() => login(context), 'a login answered with an echo')];
  }
  const step = await begin(context);
  const params = await visit(context, step);
  context.network.weather = 'echo';
  return [await failure(() => finish(context, step, params), 'a login answered with an echo')];
}

function search(context: RuleContext, identity: Identity | undefined, exhibits: readonly Exhibit[]): void {
  const { subject, upstream, log, network } = context;
  const data = identity?.connectorData?.reveal();
  const marks = [...subject.secrets, ...(upstream.secrets?.() ?? []), upstream.account?.password, data];
  const lines = log.lines.map((line) => ({ place: `the log line ${line.event}`, text: show(line) }));
  const urls = network.requests.map(({ url }) => ({
    place: 'the URL of a request',
    text: `${url} ${decodeURIComponent(url)}`,
  }));
  for (const mark of marks) {
    if (mark === undefined || mark === '') continue;
    const forms = secretForms(mark);
    const found = [...exhibits, ...lines, ...urls].find(({ text }) => forms.some((form) => text.includes(form)));
    must(found === undefined, `a secret is in ${found?.place}`);
  }
}

const fields = ({ connectorData: _hidden, ...identity }: Identity): Exhibit => ({
  place: 'a field of the identity',
  text: show(identity),
});

function exhibitOf(error: Error): Exhibit {
  const detail = isOstiaryError(error) ? JSON.stringify(error.detail) : '';
  return { place: `the error "${error.message}"`, text: `${show(error)} ${error.stack} ${detail}` };
}

const show = (value: unknown): string =>
  inspect(value, {
    depth: 12,
    showHidden: true,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: Number.POSITIVE_INFINITY,
  });
