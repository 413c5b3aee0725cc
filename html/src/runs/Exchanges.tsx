import { clockTime } from '../shared/format';
import type { Json } from '../shared/types';
import { CopyButton } from '../shared/ui/CopyButton';
import { JsonView } from '../shared/ui/JsonView';
import { Panel } from '../shared/ui/Page';
import type { Exchange } from './types';

/** What models were told and said, as the server masked it. */
export function Exchanges({ list }: { list: readonly Exchange[] }) {
  return (
    <Panel title="Prompts and replies">
      {list.length === 0 ? (
        <p className="px-4 py-4 text-muted">
          They are not kept. A procedure whose <code>audit_config</code> has{' '}
          <code>{'"audit_level": "detailed"'}</code> keeps them, masked.
        </p>
      ) : (
        <ol aria-label="Prompts and replies" className="divide-y divide-line">
          {list.map((e) => (
            <li key={e.path}>
              <One exchange={e} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function One({ exchange: e }: { exchange: Exchange }) {
  return (
    <details className="group" open>
      <summary className="
        flex cursor-pointer flex-wrap items-baseline gap-x-3 px-4 py-2.5 -outline-offset-2
        hover:bg-hover
      ">
        <span className="font-mono text-xs text-faint">{clockTime(e.at)}</span>
        <span className="font-medium">{e.node_id}</span>
        {e.path !== e.node_id && <code className="text-faint">{e.path}</code>}
      </summary>
      <dl className="flex flex-col gap-2 px-4 pb-4">
        {e.messages.map((m, i) => (
          <Words key={i} who={m.role} content={m.content} />
        ))}
        <Words who="reply" content={e.text} />
      </dl>
    </details>
  );
}

function Words({ who, content }: { who: string; content: Json }) {
  const reply = who === 'reply';
  return (
    <div className={`relative rounded-lg px-3 py-2 ${reply ? 'bg-accent-soft' : 'bg-ground'}`}>
      <dt className="text-xs font-medium text-muted">{who}</dt>
      <dd className="pr-8">
        {typeof content === 'string' ? (
          <>
            <p className="max-h-80 overflow-y-auto break-words whitespace-pre-wrap">{content}</p>
            <CopyButton
              text={content}
              name={`Copy the text of ${who}`}
              className="absolute top-1 right-1"
            />
          </>
        ) : (
          <JsonView value={content} name={`what ${who} had`} className="max-h-80" />
        )}
      </dd>
    </div>
  );
}
