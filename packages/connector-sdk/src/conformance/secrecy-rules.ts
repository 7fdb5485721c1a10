/** Marked secrets must not show up, in whatever form, where they do not belong: logs, errors, identities, URLs. */
import { inspect } from 'node:util';
import { isOstiaryError } from '@ostiary/primitives';
import type { LoginStep } from '../connector.ts';
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
    about:
      'a login shows no secret in a log line, a URL, what the browser is sent or the identity besides connectorData',
    async check(context) {
      const sent = context.connector.via === 'redirect' ? [sentByBrowser(await begin(context))] : [];
      const identity = await login(context);
      search(context, identity, [...sent, fields(identity)]);
    },
  },
  {
    id: 'secrecy/refused',
    about: 'a login that fails shows no secret in a log line or in its error, causes and stack included',
    async check(context) {
      const errors = await refusals(context);
      search(context, undefined, [...errors.map(exhibitOf), ...(await brokenLogins(context))]);
    },
  },
  {
    id: 'secrecy/refresh',
    about: 'a refresh, good or failing, shows no secret',
    appliesTo: (connector) => connector.refresh?.kind === 'upstream',
    async check(context) {
      const identity = await login(context);
      const renewed = await refresh(context, identity);
      search(context, identity, await brokenRefreshes(context));
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

/** More requests than any login of a played provider makes. */
const mostRequests = 50;

/** Longer than access tokens live, so that a refresh renews what can be renewed. */
const twoHours = 7200;

/** Logins during which the provider answers so many requests, and then repeats all that it is sent. */
async function brokenLogins(context: RuleContext): Promise<readonly Exhibit[]> {
  return echoes(context, 'a login answered with an echo', async () => {
    if (context.connector.via === 'password') return () => login(context);
    const step = await begin(context);
    const params = await visit(context, step);
    return () => finish(context, step, params);
  });
}

/** The same with refreshes, each of a login of its own: an answer may have spent what was asked with. */
async function brokenRefreshes(context: RuleContext): Promise<readonly Exhibit[]> {
  return echoes(context, 'a refresh answered with an echo', async () => {
    const identity = await login(context);
    context.clock.advance(twoHours);
    return () => refresh(context, identity);
  });
}

/**
 * What is shown of work that the provider breaks with an echo: at its first request, at its second, and so on.
 *
 * @param prepare does what comes before, with a provider that is up.
 */
async function echoes(
  context: RuleContext,
  what: string,
  prepare: () => Promise<() => Promise<Identity | 'rejected'>>,
): Promise<readonly Exhibit[]> {
  const { network } = context;
  if (context.subject.offline !== undefined) return [];
  const shown: Exhibit[] = [];
  for (let answered = 0; answered < mostRequests; answered += 1) {
    const work = await prepare();
    const before = network.requests.length;
    network.weather = 'echo';
    network.spared = answered;
    const outcome = await work().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    network.weather = 'up';
    network.spared = 0;
    // Later requests may be about less than who somebody is. Without the first nobody is let in.
    must(answered > 0 || 'error' in outcome, `${what} succeeded`);
    if (network.requests.length - before <= answered) break;
    if ('error' in outcome) shown.push(exhibitOf(await failure(() => Promise.reject(outcome.error), what)));
    else if (outcome.answer !== 'rejected') shown.push(fields(outcome.answer));
  }
  return shown;
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

/** What the browser is sent with; `keep` is sealed on its way. */
const sentByBrowser = ({ keep: _sealed, ...step }: LoginStep): Exhibit => ({
  place: 'what the browser is sent with',
  text: step.kind === 'redirect' ? [step.url, ...new URL(step.url).searchParams.values()].join(' ') : show(step),
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
