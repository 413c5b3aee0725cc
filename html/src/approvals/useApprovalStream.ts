import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useVisible } from '../shared/hooks';
import { keys } from '../shared/query';
import { openStream } from '../shared/stream';
import { streamHref } from './api';

/** Questions come in crowds: they are asked for once. */
const batch_ms = 100;

/** Follows the questions to people.  Returns whether news come by themselves. */
export function useApprovalStream(): boolean {
  const client = useQueryClient();
  const visible = useVisible();
  const [live, setLive] = useState(false);

  useEffect(() => {
    if (!visible) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const news = () => {
      timer = undefined;
      void client.invalidateQueries({ queryKey: keys.approvals });
    };
    const close = openStream({
      url: streamHref(),
      onMessage: () => (timer ??= setTimeout(news, batch_ms)),
      onState: (state) => setLive(state === 'open'),
    });
    return () => {
      close();
      clearTimeout(timer);
      setLive(false);
    };
  }, [client, visible]);
  return live;
}
