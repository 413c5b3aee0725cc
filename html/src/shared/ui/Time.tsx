import { exactTime, relativeTime } from '../format';
import { useNow } from '../hooks';

/** "2 min ago", with the exact time for those who point at it and for machines. */
export function Time({ at }: { at: string | null }) {
  const now = useNow();
  if (!at) return <>–</>;
  return (
    <time dateTime={at} title={exactTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}
