/** Connectors that break the contract, each in one way. */
import type { Connector, ConnectorContext } from '../src/index.ts';

export type Redirect = Extract<Connector, { via: 'redirect' }>;
export type Password = Extract<Connector, { via: 'password' }>;

/** What a bad connector does otherwise than the honest one. */
export type Defect<C extends Connector> = (good: C, context: ConnectorContext) => Partial<C>;

/** `breaks` names the rules that must see it; others may. */
export type Case<C extends Connector> = readonly [what: string, breaks: readonly string[], defect: Defect<C>];
