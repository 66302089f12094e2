import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inPlateForm, isPlate } from '../../../../processors/core/scanner/plate.ts';

const plates = [
  'B AB 1234', // Germany
  'MTK AB 123',
  'M·AB 1234', // the seal read as a point
  'AB-123-CD', // France
  'AB 123 CD', // Italy
  '1234 BCD', // Spain
  'AB12 CDE', // Britain
  'ABC 123', // Sweden
  'AB-123-C', // the Netherlands
  'WA 12345', // Poland
  '1-ABC-234', // Belgium
  '7ABC123', // California
];

const others = [
  'PARKING', // no digits
  '2026', // no letters
  'Exit 14', // small letters
  'EXIT 14', // a word
  '12.50', // a price
  'Fuel 1.72',
  'A4', // too few
  'A 4', // a road
  '+49 30 123456', // a telephone number
  'AB 123 CD 456 EF', // too many groups
  'ÄB 123', // no Latin letter of the convention
  '',
];

test('takes the plates of many countries for plates', () => {
  for (const text of plates) assert.equal(isPlate(text), true, text);
});

test('takes words, prices, numbers and roads for none', () => {
  for (const text of others) assert.equal(isPlate(text), false, text);
});

test('takes a doubtful O for a 0 where only that gives a plate of some country', () => {
  const orDigit = (index: number) => [{ index, other: '0' }];
  assert.equal(inPlateForm('OYYX059', orDigit(0)), '0YYX059');
  assert.equal(inPlateForm('AB O12 CD', orDigit(3)), 'AB 012 CD');
  assert.equal(inPlateForm('0B-123-CD', [{ index: 0, other: 'O' }]), 'OB-123-CD');
});

test('leaves alone what is a plate already, what becomes none, and what could become two', () => {
  assert.equal(inPlateForm('AB12 CDO', [{ index: 7, other: '0' }]), 'AB12 CDO');
  assert.equal(inPlateForm('EXIT 14', [{ index: 2, other: '1' }]), 'EXIT 14');
  const doubts = [
    { index: 0, other: 'B' },
    { index: 0, other: 'D' },
  ];
  assert.equal(inPlateForm('8AB 123', doubts), '8AB 123');
  assert.equal(inPlateForm('OYYX059', []), 'OYYX059');
});
