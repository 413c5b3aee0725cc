import { useCallback, useEffect, useReducer, useState } from 'react';
import type { Problem } from '../shared/problem';
import { openStream, type StreamState } from '../shared/stream';
import { streamHref } from './api';
import { emptyTimeline, foldEvents, readEvent, type Timeline } from './logic';
import type { RunEvent } from './types';

export interface LiveTimeline {
  line: Timeline;
  state: StreamState;
  problem: Problem | null;
}

/** Events that came while one frame was drawn are folded together. */
const batch_ms = 50;

type Step = RunEvent[] | 'forget';

function reduce(line: Timeline, step: Step): Timeline {
  return step === 'forget' ? emptyTimeline : foldEvents(line, step);
}

/** Follows the events of a run.  `attempt` opens the stream again when an ended run is retried. */
export function useTimeline(runId: string, attempt: number): LiveTimeline {
  const [line, fold] = useReducer(reduce, emptyTimeline);
  const [state, setState] = useState<StreamState>('connecting');
  const [problem, setProblem] = useState<Problem | null>(null);

  const follow = useCallback(() => {
    let waiting: RunEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      fold(waiting);
      waiting = [];
    };
    const close = openStream({
      url: streamHref(runId),
      onMessage: (message) => {
        const event = message.event === 'run_event' ? readEvent(message.data) : null;
        if (!event) return;
        waiting.push(event);
        timer ??= setTimeout(flush, batch_ms);
      },
      onState: (next, why) => {
        setState(next);
        setProblem(why ?? null);
      },
    });
    return () => {
      close();
      clearTimeout(timer);
    };
  }, [runId]);

  /* the stream starts at the first event again; what is known already is dropped by seq */
  useEffect(() => follow(), [follow, attempt]);
  useEffect(() => () => fold('forget'), [runId]);

  return { line, state, problem };
}
