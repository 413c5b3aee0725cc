interface SegmentsProps<T extends string> {
  /** What is chosen here. */
  name: string;
  options: readonly { value: T; name: string }[];
  value: T;
  onChange: (value: T) => void;
  className?: string;
}

const button = 'min-h-8 grow rounded-lg px-3 text-[0.8125rem] font-medium -outline-offset-2';
const row = 'flex max-w-full gap-1 overflow-x-auto whitespace-nowrap [scrollbar-width:none]';

/** A few choices of which one holds, all in sight. */
export function Segments<T extends string>(props: SegmentsProps<T>) {
  const { name, options, value, onChange, className = '' } = props;
  return (
    <div role="group" aria-label={name} className={`${row} ${className}`}>
      {options.map((option) => {
        const on = option.value === value;
        const look = on ? 'bg-accent text-on-accent' : 'text-muted hover:bg-hover hover:text-ink';
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
