import type { Case, Password } from './defect.ts';
import { asking } from './double-provider.ts';

/** Ways for a connector with a form to be bad. */
export const passwordDefects: readonly Case<Password>[] = [
  ['has no label', ['password/identity'], ({ login }) => ({ login: { ...login, prompt: ' ' } })],
  [
    'looks at the first letters only',
    ['password/wrong'],
    ({ login }, context) => ({
      login: {
        ...login,
        async check(ask) {
          if (!ask.password.reveal().startsWith('correct')) return login.check(ask);
          const person = await asking(context)('/password', { username: ask.username, password: 'correct horse' });
          return person === 'over' ? 'rejected' : { userId: person.id, username: '', groups: [] };
        },
      },
    }),
  ],
  [
    'asks the provider about an empty password',
    ['password/empty'],
    ({ login }, context) => ({
      login: {
        ...login,
        async check(ask) {
          if (ask.password.reveal() === '')
            await asking(context)('/password', { username: ask.username, password: '' });
          return login.check(ask);
        },
      },
    }),
  ],
  [
    'reads a name as a pattern',
    ['password/strange-names'],
    ({ login }) => ({
      login: {
        ...login,
        check: (ask) => login.check(ask.username.startsWith('*') ? { ...ask, username: 'jane' } : ask),
      },
    }),
  ],
  [
    'falls over a strange name',
    ['password/strange-names'],
    ({ login }) => ({
      login: {
        ...login,
        async check(ask) {
          if (ask.username.includes('\0')) throw new TypeError('a zero byte');
          return login.check(ask);
        },
      },
    }),
  ],
];
