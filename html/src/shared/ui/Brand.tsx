/** The mark and the name. */
export function Brand() {
  return (
    <>
      <svg viewBox="0 0 32 32" aria-hidden="true" className="size-7">
        <rect width="32" height="32" rx="9" className="fill-accent" />
        <g fill="none" strokeWidth="2.4" strokeLinecap="round" className="stroke-on-accent">
          <path d="M9 10v7a6 6 0 0 0 6 6h8M9 14h11" />
        </g>
        <g className="fill-on-accent">
          <circle cx="9" cy="9" r="3" />
          <circle cx="21" cy="14" r="3" />
          <circle cx="23" cy="23" r="3" />
        </g>
      </svg>
      <span className="text-base font-semibold tracking-tight">LangOrch</span>
    </>
  );
}
