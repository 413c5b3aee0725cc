import { words } from '../shared/format';
import type { JsonObject } from '../shared/types';
import type { Approval, Decision, Option } from './types';

/** One way to decide: a button. */
export interface Way {
  name: string;
  kind: 'yes' | 'no' | 'choice';
  decision: Decision;
}

const yes = /^(approve|approved|yes)$/i;
const no = /^(reject|rejected|no)$/i;

export function optionValue(option: Option): string {
  return typeof option === 'string' ? option : option.value;
}

export function optionName(option: Option): string {
  return typeof option === 'string' ? option : (option.label ?? option.value);
}

/** The buttons that an approval of this kind has (api.md 7, ckp.md 22.3). */
export function waysOf(approval: Approval): Way[] {
  const reject: Way = { name: 'Reject', kind: 'no', decision: { decision: 'rejected' } };
  const options = approval.options ?? [];
  switch (approval.decision_type) {
    case 'acknowledge':
      return [{ name: 'Acknowledge', kind: 'yes', decision: { decision: 'acknowledged' } }];
    case 'provide_input':
      return [{ name: 'Submit', kind: 'yes', decision: { decision: 'submitted' } }, reject];
    case 'select_option':
    case 'pick_one':
      return options.map(choice);
    default:
      if (options.length > 0) return options.map(labelled);
      return [{ name: 'Approve', kind: 'yes', decision: { decision: 'approved' } }, reject];
  }
}

function choice(option: Option): Way {
  const value = optionValue(option);
  return { name: labelOf(option), kind: 'choice', decision: { option: value } };
}

/* in approve_reject an option that says approve or reject means just that */
function labelled(option: Option): Way {
  const value = optionValue(option);
  if (yes.test(value)) {
    return { name: labelOf(option), kind: 'yes', decision: { decision: value } };
  }
  if (no.test(value)) return { name: labelOf(option), kind: 'no', decision: { decision: value } };
  return choice(option);
}

/* an author's own label stays as it is; a bare lower-case word is made readable */
function labelOf(option: Option): string {
  const name = optionName(option);
  return typeof option === 'string' && /^[a-z0-9_]+$/.test(name) ? words(name) : name;
}

/** The body to send: the way, the comment when there is one, the input when one was asked for. */
export function decisionOf(way: Way, comment: string, payload: JsonObject | null): Decision {
  return {
    ...way.decision,
    ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
    ...(payload === null || way.kind === 'no' ? {} : { payload }),
  };
}

export function isPending(approval: Approval): boolean {
  return approval.status === 'pending';
}

/** Those due first, then the oldest: what somebody should look at next stands on top. */
export function byUrgency(list: readonly Approval[]): Approval[] {
  return [...list].sort((a, b) => {
    if (a.expires_at !== b.expires_at) {
      if (a.expires_at === null) return 1;
      if (b.expires_at === null) return -1;
      return a.expires_at < b.expires_at ? -1 : 1;
    }
    return a.created_at < b.created_at ? -1 : 1;
  });
}

/** The neighbour of an approval in the list; the first when it is not there. */
export function neighbour(list: readonly Approval[], id: string | null, by: 1 | -1): string | null {
  const at = list.findIndex((a) => a.approval_id === id);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1);
  return list[next]?.approval_id ?? null;
}
