import type { ConnectorChoice } from '@ostiary/issuer';
import type { VNode } from 'preact';
import { Arrow, ConnectorTile } from '../icons.tsx';
import { Layout } from '../layout.tsx';
import { formAction, shown } from '../text.ts';
import type { Texts } from '../texts/texts.ts';
import type { ViewProps } from './view.ts';

/** The ways to log in. Links, so that they can be opened in a new tab and nothing is sent twice. */
export function ChooseConnector({ page, look }: ViewProps<'choose-connector'>): VNode {
  const { choose } = look.texts;
  return (
    <Layout look={look} heading={choose.title(shown(page.clientName))}>
      <p class="lead">{page.connectors.length === 0 ? choose.none : choose.lead}</p>
      <ul class="stack">
        {page.connectors.map((connector) => (
          <li key={connector.id}>
            <Choice connector={connector} texts={look.texts} />
          </li>
        ))}
      </ul>
    </Layout>
  );
}

const Choice = ({ connector, texts }: { readonly connector: ConnectorChoice; readonly texts: Texts }): VNode => (
  <a class="button connector" href={formAction(connector.url)}>
    <ConnectorTile type={connector.type} name={connector.name} />
    <span>{texts.choose.connector(shown(connector.name))}</span>
    <Arrow />
  </a>
);
