import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { fieldsOf, initialTexts } from './schema';
import { SchemaForm } from './SchemaForm';

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

function Form({
  showAll = false,
  refused = {},
}: {
  showAll?: boolean;
  refused?: Record<string, string>;
}) {
  const [texts, setTexts] = useState(() => initialTexts(fields));
  return (
    <SchemaForm
      fields={fields}
      texts={texts}
      onChange={setTexts}
      showAll={showAll}
      refused={refused}
    />
  );
}

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
  expect(screen.getByRole('alert').textContent).toBe('Must be at most 5');
  expect(copies.getAttribute('aria-invalid')).toBe('true');
  await user.clear(copies);
  await user.type(copies, '3');
  expect(screen.queryByRole('alert')).toBeNull();
});

test('fields that nobody touched are not complained about before the attempt to send', async () => {
  const { rerender } = render(<Form />);
  expect(screen.queryAllByRole('alert')).toHaveLength(0);
  rerender(<Form showAll />);
  expect(screen.getAllByRole('alert').map((a) => a.textContent)).toEqual([
    'This field is required',
    'This field is required',
  ]);
});

test('what the server says about a field stands at that field', () => {
  render(<Form refused={{ reader: 'Unknown reader' }} />);
  const reader = screen.getByLabelText(/^Reader/);
  const note = document.getElementById(reader.getAttribute('aria-describedby') ?? '');
  expect(note?.textContent).toBe('Unknown reader');
});
