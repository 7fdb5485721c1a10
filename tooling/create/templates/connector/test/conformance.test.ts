import { readConfig } from '@ostiary/connector-sdk/config';
import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { on, scriptedFetch } from '@ostiary/connector-sdk/testing';
import { templateName } from '../src/index.ts';

const clientSecret = 'client-secret-9f2c';
const provider = 'https://provider.example';

/** The provider, played in memory: it gives tokens for its codes and says who its one user is. */
function upstream(): Upstream {
  let user = { id: 17, login: 'jane', name: 'Jane Doe', email: 'jane@example.com', groups: ['developers'] };
  let ended = false;
  const challenges = new Map<string, string>();
  const issued: string[] = [];
  const issue = (name: string): string => {
    issued.push(`${name}-secret-${issued.length}`);
    return `${name}-secret-${issued.length - 1}`;
  };
  const token = on('POST', `${provider}/oauth/token`, async (request) => {
    const form = new URLSearchParams(await request.text());
    const fits = form.has('refresh_token') || challenges.get(form.get('code') ?? '') === (await challengeOf(form));
    if (ended || !fits) return Response.json({ error: 'invalid_grant' }, { status: 400 });
    return Response.json({ access_token: issue('access'), token_type: 'Bearer', refresh_token: issue('refresh') });
  });
  return {
    fetch: scriptedFetch(
      token,
      on('GET', `${provider}/api/user`, () => Response.json(user)),
    ).fetch,
    visit(step) {
      const query = new URL(step.kind === 'redirect' ? step.url : step.action).searchParams;
      const code = issue('code');
      challenges.set(code, query.get('code_challenge') ?? '');
      return new URLSearchParams({ code, state: query.get('state') ?? '' });
    },
    decline(step) {
      const query = new URL(step.kind === 'redirect' ? step.url : step.action).searchParams;
      return new URLSearchParams({ error: 'access_denied', state: query.get('state') ?? '' });
    },
    secrets: () => issued,
    becomeSomebodyElse() {
      user = { ...user, id: 18 };
    },
    endLogin() {
      ended = true;
    },
    setEmailVerified: () => undefined, // the provider does not say
    setGroups(groups) {
      user = { ...user, groups: [...groups] };
    },
  };
}

/** The S256 challenge of a verifier (RFC 7636 section 4.2). */
async function challengeOf(form: URLSearchParams): Promise<string> {
  const verifier = new TextEncoder().encode(form.get('code_verifier') ?? '');
  return Buffer.from(await crypto.subtle.digest('SHA-256', verifier)).toString('base64url');
}

const raw = { clientID: 'ostiary', clientSecret, baseURL: provider };
const config = await readConfig(templateName.config, raw, { path: 'config' });

const subject: ConformanceSubject = {
  open: (context) => templateName.open(config, context),
  upstream,
  secrets: [clientSecret],
};

connectorConformance(subject);
