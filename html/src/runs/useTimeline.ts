import { useEffect, useReducer, useRef, useState } from 'react';
import { useVisible } from '../shared/hooks';
import type { Problem } from '../shared/problem';
import { openStream, type StreamState } from '../shared/stream';
import { streamHref } from './api';
import { foldAnswer, type Answer } from './answers';
import { emptyTimeline, foldEvents, readEvent, type Timeline } from './logic';
import type { RunEvent } from './types';

export interface LiveTimeline {
  line: Timeline;
  /** What models are saying, the newest last. */
  answers: readonly Answer[];
  state: StreamState;
  problem: Problem | null;
}

/** Events that came while one frame was drawn are folded together. */
const batch_ms = 50;

type Step = RunEvent[] | 'forget';

function reduce(line: Timeline, step: Step): Timeline {
  return step === 'forget' ? emptyTimeline : foldEvents(line, step);
}

/**
 * Follows the events of a run.  `attempt` opens the stream again when a run that had ended is
 * retried; null means that the run is not known yet.
 */
export function useTimeline(runId: string, attempt: number | null): LiveTimeline {
  const [line, fold] = useReducer(reduce, emptyTimeline);
  const [answers, setAnswers] = useState<readonly Answer[]>([]);
  const [state, setState] = useState<StreamState>('connecting');
  const [problem, setProblem] = useState<Problem | null>(null);
  /* of the events that were folded, not of those that only arrived: it goes on behind them */
  const lastId = useRef('');

  useEffect(
    () => () => {
      fold('forget');
      setAnswers([]);
      lastId.current = '';
    },
    [runId],
  );

  const visible = useVisible();
  useEffect(() => {
    if (attempt === null || !visible) return;
    let waiting: RunEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      fold(waiting);
      lastId.current = String(waiting.at(-1)?.event_id ?? lastId.current);
      waiting = [];
    };
    const close = openStream({
      url: streamHref(runId),
      lastId: lastId.current,
      onMessage: (message) => {
        if (message.event === 'llm_token') {
          setAnswers((known) => foldAnswer(known, message.data));
          return;
        }
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
  }, [runId, attempt, visible]);

  return { line, answers, state, problem };
}
