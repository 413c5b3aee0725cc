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
  pause: 'M7 5v10M13 5v10',
  play: 'M7 4.8v10.4l8-5.2z',
  fork: 'M6 4.2v11.6M6 10c5 0 8-1 8-5.2M6 4.2h.1M6 15.8h.1M14 4.6h.1',
  trash: 'M4.5 6h11M8 6V4.2h4V6M6 6l.6 10h6.8L14 6M8.6 9v4.5M11.4 9v4.5',
  download: 'M10 3.5v8.5M6.8 9l3.2 3.2L13.2 9M4 16.2h12',
  external: 'M11.5 4h4.5v4.5M16 4l-7 7M13.5 11.5v4.5H4V6.5h4.5',
  filter: 'M3.5 5h13l-5 6v4.5l-3 1V11z',
  star: 'm10 3.4 2 4.3 4.7.6-3.4 3.2.9 4.6-4.2-2.3-4.2 2.3.9-4.6-3.4-3.2 4.7-.6z',
  lock: 'M5 9h10v7H5zM7 9V6.5a3 3 0 0 1 6 0V9',
  folder: 'M3 5.5h5l1.5 2H17v8H3z',
  clock: 'M10 3.2a6.8 6.8 0 1 1 0 13.6 6.8 6.8 0 0 1 0-13.6M10 6.2V10l2.6 1.8',
  calendar: 'M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5M7 12h2M11 12h2',
  bolt: 'M11 2.8 4.5 11.5H9l-.8 5.7 6.3-8.7H10z',
  book:
    'M4.5 3.8h9.5a1.5 1.5 0 0 1 1.5 1.5v11H6a1.5 1.5 0 0 1-1.5-1.5z' +
    'M4.5 14.5A1.5 1.5 0 0 1 6 13.2h9.5',
  users:
    'M7.5 4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2' +
    'M2.8 16c0-3 2-4.6 4.7-4.6s4.7 1.6 4.7 4.6M13 4.4a2.6 2.6 0 0 1 0 4.6' +
    'M14.4 11.8c1.8.6 2.8 2 2.8 4.2',
  user: 'M10 3.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M4 16.5c0-3.1 2.6-4.8 6-4.8s6 1.7 6 4.8',
  key: 'M6.8 9.6a3.6 3.6 0 1 1 0 7.2 3.6 3.6 0 0 1 0-7.2M9.4 10.6 16.5 3.5M13 7l2.3 2.3',
  settings:
    'M4 6h7M15 6h1M4 14h1M9 14h7M13 4.4a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2' +
    'M7 12.4a1.6 1.6 0 1 1 0 3.2 1.6 1.6 0 0 1 0-3.2',
  heart: 'M2.8 10h3.4l1.8-4 3.4 8 1.9-4h3.9',
  tools:
    'M12.5 3.5a4 4 0 0 0-3.7 5.4L3.5 14.2l2.3 2.3 5.3-5.3a4 4 0 0 0 5.2-4.9l-2.4 2.4-2.2-.4' +
    '-.4-2.2 2.4-2.4a4 4 0 0 0-1.2-.2',
  chat: 'M3.5 4.5h13v9h-7l-3.5 3v-3H3.5z',
  layers: 'm10 3.5 7 3.6-7 3.6-7-3.6zM3.6 10.6 10 13.9l6.4-3.3M3.6 13.8l6.4 3.2 6.4-3.2',
  history: 'M4.2 7.2A6.5 6.5 0 1 1 3.6 11M3.8 3.6v3.8h3.8M10 6.6V10l2.4 1.6',
  undo: 'M7.5 4.5 4 8l3.5 3.5M4 8h7.5a4.2 4.2 0 0 1 0 8.4H9',
  redo: 'M12.5 4.5 16 8l-3.5 3.5M16 8H8.5a4.2 4.2 0 0 0 0 8.4H11',
  grid: 'M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z',
  list: 'M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.8 5.5h.2M3.8 10h.2M3.8 14.5h.2',
  edit: 'M4 16l.7-3.2 8.6-8.6 2.5 2.5-8.6 8.6z',
  upload: 'M10 12.5V4M6.8 7.2 10 4l3.2 3.2M4 16.2h12',
  more: 'M5 10h.1M10 10h.1M15 10h.1',
  file: 'M5.5 3.2h6l3.5 3.5v10.1h-9.5zM11.2 3.4v3.6h3.6',
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
