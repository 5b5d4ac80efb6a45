import { describe, expect, it } from 'vitest';
import { besides, programOf } from './words';

describe('besides', () => {
  it('says the seller once', () => {
    expect(besides('Жаз посуда', 'Жаз посуда')).toBe('');
    expect(besides('Теңир-Тоо · Орто-Сай', 'Теңир-Тоо')).toBe('');
    expect(besides('Орто-Сай, контейнер 12', 'Теңир-Тоо')).toBe('Теңир-Тоо');
    expect(besides('Орто-Сай', null)).toBe('');
    expect(besides(null, 'Теңир-Тоо')).toBe('Теңир-Тоо');
  });
});

describe('programOf', () => {
  it('takes the name and the version apart', () => {
    expect(programOf('kerben-web-till 1.0')).toMatchObject({ kind: 'browser', version: '1.0' });
    expect(programOf('kerben-till 1.0')).toEqual({ kind: 'other', name: 'Kerben till', version: '1.0' });
    expect(programOf('acme_pos/2.3.1')).toEqual({ kind: 'other', name: 'Acme pos', version: '2.3.1' });
    expect(programOf('АТОЛ v5.8')).toEqual({ kind: 'other', name: 'АТОЛ', version: '5.8' });
    expect(programOf('1.0.3')).toEqual({ kind: 'other', name: '', version: '1.0.3' });
    expect(programOf('Касса')).toEqual({ kind: 'other', name: 'Касса', version: '' });
  });
});
