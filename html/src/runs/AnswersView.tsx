import { useEffect, useRef } from 'react';
import { Badge } from '../shared/ui/Badge';
import { Panel } from '../shared/ui/Page';
import type { Answer } from './answers';

/** What models say while they say it; what counts comes with the events. */
export function AnswersView({ answers }: { answers: readonly Answer[] }) {
  if (answers.length === 0) return null;
  return (
    <Panel title="Answers as they come">
      <ul aria-label="Answers as they come" className="divide-y divide-line">
        {answers.map((a) => (
          <li key={a.call} className="flex flex-col gap-1.5 px-4 py-3">
            <div className="flex items-baseline gap-3">
              <code className="min-w-0 font-medium break-all">{a.path}</code>
              <Badge tone={a.ended ? 'calm' : 'busy'}>{a.ended ? 'said' : 'speaks'}</Badge>
            </div>
            <Text answer={a} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Stays at its end while the text grows, unless somebody has scrolled away from there. */
function Text({ answer }: { answer: Answer }) {
  const box = useRef<HTMLParagraphElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    if (box.current && follows.current) box.current.scrollTop = box.current.scrollHeight;
  }, [answer.text]);
  return (
    <p
      ref={box}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={`What ${answer.path} says`}
      onScroll={({ currentTarget: p }) => {
        follows.current = p.scrollHeight - p.scrollTop - p.clientHeight < 24;
      }}
      className="max-h-64 overflow-y-auto break-words whitespace-pre-wrap"
    >
      {answer.text}
    </p>
  );
}
