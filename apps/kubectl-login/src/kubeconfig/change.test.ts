import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { changeKubeconfig, type KubeconfigRequest } from './change.ts';
import { parseKubeconfig } from './document.ts';

const exec = { apiVersion: 'v1', command: 'kubectl-login', args: ['get-token', '--session=old'] };
const config = {
  clusters: [
    { name: 'c1', cluster: { server: 'https://c1.example' } },
    { name: 'c2', cluster: { server: 'https://c2.example' } },
  ],
  contexts: [
    { name: 'c1', context: { cluster: 'c1', user: 'kubernetes-admin' } },
    { name: 'mine', context: { cluster: 'c1', user: 'old' } },
    { name: 'lost', context: { cluster: 'c1', user: 'gone' } },
    { name: 'nobody', context: { cluster: 'c1' } },
    { name: 'renamed', context: { cluster: 'c1', user: 'reader' } },
  ],
  users: [
    { name: 'kubernetes-admin', user: { 'client-certificate-data': 'x' } },
    { name: 'other', user: { exec: { command: 'aws' } } },
    { name: 'old', user: { exec } },
    { name: 'reader', user: { exec: { ...exec, args: ['get-token', '--session=session-9'] }, as: 'readonly' } },
  ],
};

/** What a login would do, as it is told to the person. */
function changes(request: Partial<KubeconfigRequest>, current: string): readonly string[] {
  const text = stringify({ ...config, 'current-context': current });
  const file = { path: 'config', text, document: parseKubeconfig('config', text) };
  return changeKubeconfig({ files: [file], target: file }, { sessionId: 'new', ...request }).changes.map(
    (one) => one.text,
  );
}

describe('a context that nobody named', () => {
  it.each([
    ['as the current one', {}, 'c1', 'c1', 'kubernetes-admin'],
    ['by the name of a cluster', { cluster: 'c1' }, 'mine', 'c1', 'kubernetes-admin'],
    ['whose user is not there', {}, 'lost', 'lost', 'gone'],
  ])('keeps a user that is not ours: %s', (_what, request, current, context, user) => {
    expect(() => changes(request, current)).toThrow(
      expect.objectContaining({
        code: 'config/invalid',
        message: `The context "${context}" uses the user "${user}", which was not made by kubectl login.`,
        detail: { remedy: expect.stringMatching(new RegExp(`^To replace that user, say so: --context ${context};`)) },
      }),
    );
  });

  it('goes over to the session when its user is ours, and the old one is told', () => {
    expect(changes({}, 'mine')).toEqual([
      'add user "new" in config',
      'change context "mine" in config: user "old" -> "new"',
    ]);
  });

  it('goes over to the session when it has no user', () => {
    expect(changes({}, 'nobody')).toEqual(['add user "new" in config', 'change context "nobody" in config']);
  });
});

describe('a context that takes its tokens from the session already', () => {
  it.each([
    ['the current one', {}, 'renamed'],
    ['by its name', { context: 'renamed' }, 'mine'],
  ])('keeps its user, whatever its name and what else it says: %s', (_what, request, current) => {
    expect(changes({ ...request, sessionId: 'session-9' }, current)).toEqual(['change user "reader" in config']);
  });

  it('gets another user when one is named', () => {
    expect(changes({ sessionId: 'session-9', user: 'mary' }, 'renamed')).toEqual([
      'add user "mary" in config',
      'change context "renamed" in config: user "reader" -> "mary"',
    ]);
  });
});

describe('a context that the person named', () => {
  it('goes over to the session, and what gives way is told', () => {
    expect(changes({ context: 'c1' }, 'mine')).toContain(
      'change context "c1" in config: user "kubernetes-admin" -> "new"',
    );
    expect(changes({ context: 'c1', cluster: 'c2' }, 'mine')).toContain(
      'change context "c1" in config: cluster "c1" -> "c2", user "kubernetes-admin" -> "new"',
    );
  });
});
