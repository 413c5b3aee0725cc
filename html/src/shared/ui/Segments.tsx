interface SegmentsProps<T extends string> {
  /** What is chosen here. */
  name: string;
  options: readonly { value: T; name: string }[];
  value: T;
  onChange: (value: T) => void;
  className?: string;
}

const button = 'min-h-8 grow rounded-md px-3 text-[0.8125rem] font-medium -outline-offset-2';
const row =
  'flex max-w-full gap-0.5 overflow-x-auto rounded-lg bg-sunken p-0.5 whitespace-nowrap ' +
  '[scrollbar-width:none]';

/** A few choices of which one holds, all in sight. */
export function Segments<T extends string>(props: SegmentsProps<T>) {
  const { name, options, value, onChange, className = '' } = props;
  return (
    <div role="group" aria-label={name} className={`${row} ${className}`}>
      {options.map((option) => {
        const on = option.value === value;
        const look = on ? 'bg-surface text-accent shadow-card' : 'text-muted hover:text-ink';
        return (
          <button
            key={option.value}
            type="button"
            aria-pressed={on}
            onClick={() => onChange(option.value)}
            className={`${button} ${look}`}
          >
            {option.name}
          </button>
        );
      })}
    </div>
  );
}
