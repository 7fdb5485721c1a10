import type { ConformanceSubject, Upstream } from '@ostiary/connector-sdk/conformance';
import { Secret } from '@ostiary/primitives';
import { openLocal, type PasswordEntry } from '../src/index.ts';

const password = 'password';
const jane: PasswordEntry = {
  email: 'jane@example.com',
  // Of that password, with the smallest cost that is accepted.
  hash: new Secret('$2y$10$t9j6A1CN4S41ZotMe601U.U6NWfS3QwGWNAfuGrJXzZ3z1SWlZGpe'),
  userId: 'u-1',
  username: 'jane',
  emailVerified: true,
  groups: [],
};

/** The database of the rule that runs: an upstream is made just before its connector is opened. */
let entry: PasswordEntry | undefined;

function upstream(): Upstream {
  entry = jane;
  const change = (more: Partial<PasswordEntry>): void => {
    if (entry !== undefined) entry = { ...entry, ...more };
  };
  return {
    fetch: async () => {
      throw new Error('a password database asks nobody');
    },
    account: { username: jane.email, password },
    becomeSomebodyElse: () => change({ userId: 'u-2' }),
    endLogin() {
      entry = undefined;
    },
    setEmailVerified: (value) => change({ emailVerified: value === true }),
    setGroups: (groups) => change({ groups }),
  };
}

/** The connector with its provider, for the conformance kit and whatever else drives any connector. */
export const subject: ConformanceSubject = {
  open: (context) =>
    openLocal(
      {
        find: async (email) => (entry?.email === email ? entry : undefined),
        // A database that answers another account than it was asked for is what `refresh/same-account` is about.
        findByUserId: async () => entry,
      },
      context,
    ),
  upstream,
  secrets: [jane.hash.reveal()],
  offline: 'the password database is in memory',
};
