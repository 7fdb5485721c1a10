/** Connectors that break the contract, each in one way. */
import type { Connector, ConnectorContext, FinishLogin, Identity, RefreshAsk } from '../src/index.ts';

export type Redirect = Extract<Connector, { via: 'redirect' }>;
export type Password = Extract<Connector, { via: 'password' }>;

/** What a bad connector does otherwise than the honest one. */
export type Defect<C extends Connector> = (good: C, context: ConnectorContext) => Partial<C>;

/** `breaks` names the rules that must see it; others may. */
export type Case<C extends Connector> = readonly [what: string, breaks: readonly string[], defect: Defect<C>];

/** A redirect that ends otherwise. */
export const finishing =
  (
    change: (answer: FinishLogin, good: Redirect['login'], context: ConnectorContext) => Promise<Identity>,
  ): Defect<Redirect> =>
  ({ login }, context) => ({ login: { ...login, finish: (answer) => change(answer, login, context) } });

/** A redirect that answers another identity than it should. */
export const identities = (change: (identity: Identity) => Identity): Defect<Redirect> =>
  finishing(async (answer, good) => change(await good.finish(answer)));

/** A refresh that goes otherwise. */
export const refreshing =
  (
    change: (ask: RefreshAsk, good: NonNullable<Connector['refresh']>) => Promise<Identity | 'rejected'>,
  ): Defect<Redirect> =>
  ({ refresh }) =>
    refresh === undefined
      ? {}
      : { refresh: { kind: 'upstream', exclusive: true, refresh: (ask) => change(ask, refresh) } };

/** What a refresh should answer. */
export const honestly = (ask: RefreshAsk, good: NonNullable<Connector['refresh']>): Promise<Identity | 'rejected'> =>
  good.kind === 'upstream' ? good.refresh(ask) : Promise.resolve('rejected');
