import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { JsonObject } from '../types';
import { fieldsOf } from './schema';
import { SchemaForm } from './SchemaForm';
import { useSchemaForm } from './useSchemaForm';

afterEach(cleanup);

const fields = fieldsOf({
  required: {
    reader: { type: 'string', title: 'Reader', validation: { regex: '[A-Z][a-z]+' } },
    copies: { type: 'integer', validation: { min: 1, max: 5 } },
  },
  optional: {
    pin: { type: 'password' },
    tone: { type: 'string', default: 'warm', validation: { allowed_values: ['warm', 'plain'] } },
    letter: { type: 'string', origin: 'system_captured' },
  },
});

function Form({ onSend = () => {} }: { onSend?: (values: JsonObject) => void }) {
  const state = useSchemaForm(fields);
  return (
    <>
      <SchemaForm state={state} />
      <button onClick={() => state.submit(onSend)}>Send</button>
      <button onClick={() => state.refuse({ reader: 'Unknown reader' })}>Refuse</button>
      <button onClick={() => state.fill({ reader: 'Edith', copies: '2' })}>Fill</button>
    </>
  );
}

const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));

test('each variable has a named control of its kind, and captured ones have none', () => {
  render(<Form />);
  expect(screen.getByLabelText(/^Reader/).tagName).toBe('INPUT');
  expect(screen.getByLabelText<HTMLInputElement>(/^pin/).type).toBe('password');
  expect(screen.getByLabelText<HTMLSelectElement>(/^tone/).value).toBe('warm');
  expect(screen.queryByLabelText(/^letter/)).toBeNull();
});

test('a rule is looked at while typing, and the sentence goes when it holds again', async () => {
  const user = userEvent.setup();
  render(<Form />);
  const copies = screen.getByLabelText(/^copies/);
  await user.type(copies, '9');
  expect((await screen.findByRole('alert')).textContent).toBe('Must be at most 5');
  expect(copies.getAttribute('aria-invalid')).toBe('true');
  await user.clear(copies);
  await user.type(copies, '3');
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});

test('fields that nobody touched are not complained about before the attempt to send', async () => {
  const onSend = vi.fn();
  render(<Form onSend={onSend} />);
  expect(screen.queryAllByRole('alert')).toHaveLength(0);
  await press('Send');
  expect((await screen.findAllByRole('alert')).map((a) => a.textContent)).toEqual([
    'This field is required',
    'This field is required',
  ]);
  expect(onSend).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(screen.getByLabelText(/^Reader/));
});

test('values are sent as their types have them, once each fits', async () => {
  const onSend = vi.fn();
  render(<Form onSend={onSend} />);
  await press('Fill');
  await press('Send');
  await waitFor(() => expect(onSend).toHaveBeenCalledWith({ reader: 'Edith', copies: 2 }));
});

test('what the server says about a field stands there until it is changed', async () => {
  render(<Form />);
  await press('Refuse');
  const reader = screen.getByLabelText(/^Reader/);
  const note = document.getElementById(reader.getAttribute('aria-describedby') ?? '');
  expect(note?.textContent).toBe('Unknown reader');
  await userEvent.type(reader, 'Ada');
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});
