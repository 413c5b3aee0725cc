/** How far long work is. */
export function Progress({ name, value, max }: { name: string; value: number; max: number }) {
  const part = max === 0 ? 100 : Math.min(100, (value / max) * 100);
  return (
    <div>
      <div
        role="progressbar"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={value}
        className="h-2 overflow-hidden rounded-full bg-calm-soft"
      >
        <div className="h-full bg-accent transition-[width]" style={{ width: `${part}%` }} />
      </div>
      <p className="mt-1 text-muted tabular-nums">{name}</p>
    </div>
  );
}
