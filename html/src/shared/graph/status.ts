import type { Tone } from '../ui/Badge';
import type { NodeStatus } from './types';

interface NodeLook {
  name: string;
  tone: Tone;
  fill: string;
  stroke: string;
  text: string;
}

/** How a node looks that a run came to. */
export const nodeLooks: Record<NodeStatus, NodeLook> = {
  running: {
    name: 'Running',
    tone: 'busy',
    fill: 'fill-busy-soft',
    stroke: 'stroke-busy',
    text: 'fill-busy',
  },
  waiting: {
    name: 'Waiting',
    tone: 'wait',
    fill: 'fill-wait-soft',
    stroke: 'stroke-wait',
    text: 'fill-wait',
  },
  done: { name: 'Done', tone: 'ok', fill: 'fill-ok-soft', stroke: 'stroke-ok', text: 'fill-ok' },
  failed: {
    name: 'Failed',
    tone: 'bad',
    fill: 'fill-bad-soft',
    stroke: 'stroke-bad',
    text: 'fill-bad',
  },
  skipped: {
    name: 'Skipped',
    tone: 'calm',
    fill: 'fill-calm-soft',
    stroke: 'stroke-edge',
    text: 'fill-calm',
  },
};
