import { expect, test } from 'vitest';
import { bodyOf, textsOf, type Member } from './members';

const members: Member[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'limit', label: 'Limit', kind: 'number' },
  { name: 'tags', label: 'Tags', kind: 'list' },
  { name: 'more', label: 'More', kind: 'json' },
  { name: 'on', label: 'On', kind: 'check' },
];

test('a form becomes an object, each member of its kind', () => {
  const texts = { name: 'a', limit: '3', tags: 'x\n y', more: '{"b":1}', on: true };
  expect(bodyOf(members, texts, {})).toEqual({
    body: { name: 'a', limit: 3, tags: ['x', 'y'], more: { b: 1 }, on: true },
    errors: {},
  });
});

test('what is missing or broken is told at its member', () => {
  expect(bodyOf(members, { limit: 'x', more: '{' }, {}).errors).toEqual({
    name: 'This is needed',
    limit: 'Must be a number',
    more: 'This is not JSON',
  });
});

test('what was emptied is taken away, what never was is left out', () => {
  expect(bodyOf(members, { name: 'a' }, { limit: 5 }).body).toEqual({ name: 'a', limit: null });
});

test('a switch that was never there is told only when it is on', () => {
  const on: Member = { name: 'on', label: 'On', kind: 'check' };
  expect(bodyOf([on], textsOf([on], {}), {}).body).toEqual({});
  expect(bodyOf([on], { on: true }, {}).body).toEqual({ on: true });
  expect(bodyOf([on], { on: false }, { on: true }).body).toEqual({ on: false });
});

test('of many, what is chosen is a list, also when it is nothing any more', () => {
  const options = ['a', 'b'].map((value) => ({ value, name: value }));
  const many: Member = { name: 'of', label: 'Of', kind: 'many', options };
  expect(textsOf([many], { of: ['b'] })).toEqual({ of: ['b'] });
  expect(bodyOf([many], { of: ['a', 'b'] }, {}).body).toEqual({ of: ['a', 'b'] });
  expect(bodyOf([many], { of: [] }, { of: ['b'] }).body).toEqual({ of: [] });
  expect(bodyOf([many], { of: 'a' }, {}).body).toEqual({ of: ['a'] });
  expect(bodyOf([many], { of: false }, { of: ['b'] }).body).toEqual({ of: [] });
});
