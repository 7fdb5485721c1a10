import type { Identity } from '@ostiary/connector-sdk';
import { Secret } from '@ostiary/primitives';

/** The person whom Dex's mock connectors let in; tests of other projects rely on each of these values. */
const person = {
  userId: '0-385-28089-0',
  username: 'Kilgore Trout',
  email: { address: 'kilgore@kilgore.trout', verified: true },
};

/** What `mockCallback` answers to everybody. */
export const callbackPerson: Identity = { ...person, groups: ['authors'], connectorData: new Secret('foobar') };

/** What `mockPassword` answers to the right password. */
export const passwordPerson: Identity = { ...person, groups: [], connectorData: new Secret('{"test": "true"}') };
