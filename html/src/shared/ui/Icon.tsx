/* Drawn for a field of 20 by 20, stroke 1.6. */
const paths = {
  dashboard: 'M3.5 10.5a6.5 6.5 0 0 1 13 0M10 10.5l3-3.5M3 14.5h14',
  procedures: 'M4 3.5h8.5L16 7v9.5H4zM7 8h4M7 11h6M7 14h6',
  runs: 'M6.5 4.2v11.6l9-5.8z',
  approvals: 'M10 2.8 4 5v4.6c0 3.6 2.5 6.4 6 7.6 3.5-1.2 6-4 6-7.6V5zM7.4 9.8l1.9 1.9 3.4-3.7',
  agents: 'M5 7.5h10v8H5zM10 7.5V4M8 11.3v.4M12 11.3v.4M2.8 10.5v2.5M17.2 10.5v2.5',
  sun:
    'M10 6.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4M10 2.5v1.4M10 16.1v1.4M2.5 10h1.4' +
    'M16.1 10h1.4M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1',
  moon: 'M16.2 11.9A6.6 6.6 0 0 1 8.1 3.8a6.6 6.6 0 1 0 8.1 8.1z',
  system: 'M3 4h14v9.5H3zM7.5 16.5h5M10 13.5v3',
  search: 'M8.8 3.8a5 5 0 1 1 0 10 5 5 0 0 1 0-10M12.5 12.5l4 4',
  close: 'm5.5 5.5 9 9M14.5 5.5l-9 9',
  check: 'm4.5 10.5 3.7 3.7 7.3-8',
  copy: 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3',
  plus: 'M10 4.5v11M4.5 10h11',
  import: 'M10 3.5v8.5M6.8 9l3.2 3.2L13.2 9M4 15.8h12',
  chevron: 'm7.5 5 5 5-5 5',
  back: 'm12 5-5 5 5 5M7.5 10h8',
  alert: 'M10 3.2 17.2 16H2.8zM10 8.2v3.6M10 13.8v.2',
  retry: 'M15.5 8A6 6 0 1 0 16 11M15.8 4v4.2h-4.2',
  stop: 'M5.5 5.5h9v9h-9z',
  keyboard: 'M2.5 5.5h15v9h-15zM5.5 8.5h.4M8.5 8.5h.4M11.5 8.5h.4M14.3 8.5h.4M6.5 11.6h7',
} as const;

export type IconName = keyof typeof paths;

/** Decoration only: the control around it carries the name. */
export function Icon({ name, className = 'size-4.5' }: { name: IconName; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 20 20"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
