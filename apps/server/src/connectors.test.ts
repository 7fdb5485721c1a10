import type { Connector, ConnectorContext } from '@ostiary/connector-sdk';
import { OstiaryError, silentLogger } from '@ostiary/primitives';
import { describe, expect, it } from 'vitest';
import type { ConnectorSettings } from './config/config.ts';
import { openConnectors, type SharedContext } from './connectors.ts';

const login: Connector = { via: 'password', login: { prompt: 'x', check: async () => 'rejected' } };
const named = (id: string, open: ConnectorSettings['open'] = () => login): ConnectorSettings => ({
  id,
  type: 't',
  name: id.toUpperCase(),
  open,
});
const broken = (id: string) =>
  named(id, () => {
    throw new OstiaryError('config/invalid', 'Its key is no key.');
  });

function setUp() {
  const errors: string[] = [];
  const log = { ...silentLogger, error: (event: string) => void errors.push(event), child: () => log };
  const context: SharedContext = {
    http: () => fetch,
    readFile: async () => '',
    firstUseOf: () => async () => true,
    now: () => new Date(0),
    random: (length) => new Uint8Array(length),
    log,
  };
  return { context, errors };
}

const accounts = { find: async () => undefined, findByUserId: async () => undefined };

describe('openConnectors', () => {
  it('opens them in order, each with its own id and name', () => {
    const { context } = setUp();
    const seen: string[] = [];
    const open = (given: ConnectorContext) => {
      seen.push(`${given.id} ${given.name}`);
      return login;
    };
    const connectors = openConnectors({
      settings: [named('a', open), named('b', open)],
      context,
      accounts,
      onFailure: 'skip',
    });
    expect(seen).toEqual(['a A', 'b B']);
    expect(connectors.list().map(({ id }) => id)).toEqual(['a', 'b']);
    expect(connectors.get('b')?.connector).toBe(login);
    expect(connectors.get('c')).toBeUndefined();
  });

  it('starts without one that cannot be opened, and says so', () => {
    const { context, errors } = setUp();
    const connectors = openConnectors({ settings: [broken('a'), named('b')], context, accounts, onFailure: 'skip' });
    expect(connectors.list().map(({ id }) => id)).toEqual(['b']);
    expect(connectors.failed).toBe(1);
    expect(['a', 'b', 'c'].map(connectors.isUnavailable)).toEqual([true, false, false]);
    expect(errors).toEqual(['connector.open_failed']);
  });

  it('does not start without any, or without one that must be there', () => {
    const { context } = setUp();
    const both = [broken('a'), named('b')];
    expect(() => openConnectors({ settings: [broken('a')], context, accounts, onFailure: 'skip' })).toThrow(
      'none of them',
    );
    expect(() => openConnectors({ settings: both, context, accounts, onFailure: 'stop' })).toThrow(
      '"a" cannot be opened. Its key',
    );
  });

  it('closes what has something to close, whatever the others do', async () => {
    const { context } = setUp();
    let closed = 0;
    const closing = (close: () => Promise<void>) => () => ({ ...login, close });
    const settings = [
      named(
        'a',
        closing(() => Promise.reject(new Error('late'))),
      ),
      named('b'),
      named(
        'c',
        closing(async () => {
          closed += 1;
        }),
      ),
    ];
    await openConnectors({ settings, context, accounts, onFailure: 'skip' })[Symbol.asyncDispose]();
    expect(closed).toBe(1);
  });
});
