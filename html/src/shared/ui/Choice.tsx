/** One of a few ways, with what it means: a radio button that explains itself. */
export function Choice({
  checked,
  onChoose,
  title,
  children,
}: {
  checked: boolean;
  onChoose: () => void;
  title: string;
  children: string;
}) {
  return (
    <label
      className={`
        flex cursor-pointer gap-3 rounded-lg border px-4 py-3
        ${checked ? 'border-accent bg-accent-soft' : 'border-line hover:bg-hover'}
      `}
    >
      <input type="radio" name="how" checked={checked} onChange={onChoose} className="mt-1" />
      <span>
        <span className="block font-medium">{title}</span>
        <span className="block text-muted">{children}</span>
      </span>
    </label>
  );
}
