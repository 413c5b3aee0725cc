import { http, segment } from '../shared/http';
import { apiHref } from '../shared/mount';
import type { Approval, Decision } from './types';

export function listPending(): Promise<Approval[]> {
  return http.get('/approvals', { query: { status: 'pending' } });
}

export function listApprovals(): Promise<Approval[]> {
  return http.get('/approvals', { query: { limit: 200 } });
}

export function getApproval(id: string): Promise<Approval> {
  return http.get(`/approvals/${segment(id)}`);
}

export function decide(id: string, decision: Decision): Promise<Approval> {
  return http.post(`/approvals/${segment(id)}/decision`, decision);
}

export function streamHref(): string {
  return apiHref('/approvals/stream');
}
