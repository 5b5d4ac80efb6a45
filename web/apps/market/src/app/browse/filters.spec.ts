import { describe, expect, it } from 'vitest';
import { NONE, addressOf, countFilters, readFilters, toAddress, toSearch, toggleAttribute } from './filters';

const PLACE = '01a1fb0a-dd31-7778-88cb-5be5c42db384';

function address(query: string) {
  const params = new URLSearchParams(query);
  return {
    keys: [...new Set(params.keys())],
    get: (name: string) => params.get(name),
    getAll: (name: string) => params.getAll(name),
  };
}

describe('filters', () => {
  it('are read from the address and written back the same', () => {
    const query = `q=мёд&now=1&place=${PLACE}&near=42.87,74.59&r=5000&min=1000&max=50000&sort=price_asc&a.size=42&a.size=44`;
    const filters = readFilters(address(query));
    expect(filters).toMatchObject({ q: 'мёд', buyable: true, place: PLACE, radius: 5000, priceMin: 1000 });
    expect(filters.near).toEqual({ lat: 42.87, lon: 74.59 });
    expect(filters.attributes).toEqual({ size: ['42', '44'] });
    const back = new URLSearchParams();
    for (const [name, value] of Object.entries(toAddress(filters)))
      for (const one of [value].flat()) back.append(name, one);
    expect(readFilters(address(back.toString()))).toEqual(filters);
  });

  it('leave out what is malformed', () => {
    const filters = readFilters(address('c=1&place=x&near=1;2&r=77&min=-5&max=abc&sort=best&now=yes&a.=1'));
    expect(filters).toEqual(NONE);
    expect(toAddress(filters)).toEqual({});
  });

  it('ask the server by its own names, a range the wrong way round too', () => {
    const filters = readFilters(address('q=чай&now=1&min=500&max=100&a.color=синий&sort=new'));
    expect(toSearch(filters, 24)).toEqual({
      limit: '24',
      q: 'чай',
      buyable: 'true',
      price_min: '100',
      price_max: '500',
      sort: 'new',
      'attr.color': ['синий'],
    });
  });

  it('are written as the server writes the question whose answer comes with the page', () => {
    const asked = (query: string) => addressOf('/api/v1/search', toSearch(readFilters(address(query)), 24));
    expect(asked('q=чай')).toBe('/api/v1/search?limit=24&q=%D1%87%D0%B0%D0%B9');
    expect(asked("q=a+b%2B*~'(c)!_-.")).toBe('/api/v1/search?limit=24&q=a+b%2B*%7E%27%28c%29%21_-.');
    expect(asked(`c=${PLACE}&sort=new`)).toBe(`/api/v1/search?category_id=${PLACE}&limit=24&sort=new`);
    expect(asked('a.size=44&a.size=42')).toBe('/api/v1/search?attr.size=44&attr.size=42&limit=24');
  });

  it('count what narrows the list', () => {
    expect(countFilters(NONE)).toBe(0);
    expect(countFilters(readFilters(address('q=чай&sort=new&now=1&min=1&max=2&a.size=42&a.size=44')))).toBe(
      3,
    );
    const taken = toggleAttribute(toggleAttribute(NONE, 'size', '42'), 'size', '42');
    expect(countFilters(taken)).toBe(0);
  });
});
