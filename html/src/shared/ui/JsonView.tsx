import { useMemo, type ReactNode } from 'react';
import { CopyButton } from './CopyButton';

const token =
  /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;

/** Above this only plain text is drawn: colouring would cost more than it gives. */
const coloured_max = 60_000;

interface JsonViewProps {
  value: unknown;
  /** What it is, for those who cannot see where it stands. */
  name: string;
  className?: string;
}

/** A JSON value as text, coloured, to be read, selected and copied. */
export function JsonView({ value, name, className = 'max-h-96' }: JsonViewProps) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? 'undefined', [value]);
  const shown = useMemo(() => (text.length > coloured_max ? text : coloured(text)), [text]);
  return (
    <div className="relative">
      <pre
        tabIndex={0}
        aria-label={name}
        role="region"
        className={`
          overflow-auto rounded-lg border border-line bg-sunken p-3 pr-11 text-[0.8125rem]
          leading-relaxed break-words whitespace-pre-wrap ${className}
        `}
      >
        {shown}
      </pre>
      <CopyButton text={text} name={`Copy ${name}`} className="absolute top-1 right-1" />
    </div>
  );
}

function coloured(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(token)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    const [all, string, colon, word] = match;
    const tone = colon ? 'text-accent' : string ? 'text-ink' : word ? 'text-wait' : 'text-busy';
    parts.push(
      <span key={match.index} className={tone}>
        {string && colon ? string : all}
      </span>,
    );
    if (colon) parts.push(colon);
    at = match.index + all.length;
  }
  parts.push(text.slice(at));
  return parts;
}
