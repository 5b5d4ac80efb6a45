/** The map's own plain style: paper, a faint grid and the grounds of the markets; tiles when the operator has some. */
import type { Feature, FeatureCollection } from 'geojson';
import type { StyleSpecification } from 'maplibre-gl';
import type { Place } from './data';

const EARTH_M_PER_DEGREE = 111_320;
const CORNERS = 48;

export interface Palette {
  paper: string;
  line: string;
  ground: string;
  edge: string;
}

/** The colours of the page as they are now: light or dark. */
export function palette(element: Element): Palette {
  const probe = document.createElement('span');
  element.append(probe);
  const colour = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    paper: colour('--sunken'),
    line: colour('--line'),
    ground: colour('--apricot-soft'),
    edge: colour('--apricot'),
  };
  probe.remove();
  return found;
}

/** A circle on the ground as a polygon of degrees. */
export function circle(lat: number, lon: number, radius_m: number): number[][] {
  const high = radius_m / EARTH_M_PER_DEGREE;
  const wide = high / Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: CORNERS + 1 }, (_, n) => {
    const angle = (2 * Math.PI * n) / CORNERS;
    return [lon + wide * Math.cos(angle), lat + high * Math.sin(angle)];
  });
}

/** Lines each `step` degrees around a middle: without tiles they show that the map moves. */
function grid(lat: number, lon: number, step: number, count: number): Feature {
  const lines: number[][][] = [];
  const middle = [Math.round(lon / step) * step, Math.round(lat / step) * step] as const;
  const reach = step * count;
  for (let n = -count; n <= count; n++) {
    const [x, y] = [middle[0] + n * step, middle[1] + n * step];
    lines.push([
      [x, middle[1] - reach],
      [x, middle[1] + reach],
    ]);
    lines.push([
      [middle[0] - reach, y],
      [middle[0] + reach, y],
    ]);
  }
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: lines } };
}

export function plainStyle(
  colours: Palette,
  places: readonly Place[],
  middle: { lat: number; lon: number },
  tiles: { url: string; attribution: string | null } | null,
): StyleSpecification {
  const grounds: FeatureCollection = {
    type: 'FeatureCollection',
    features: places.map((place) => ({
      type: 'Feature',
      properties: {},
      geometry: { type: 'Polygon', coordinates: [circle(place.lat, place.lon, place.radius_m)] },
    })),
  };
  const drawn: StyleSpecification = {
    version: 8,
    sources: {
      grid: { type: 'geojson', data: grid(middle.lat, middle.lon, 0.01, 60) },
      fine: { type: 'geojson', data: grid(middle.lat, middle.lon, 0.002, 120) },
      grounds: { type: 'geojson', data: grounds },
    },
    layers: [
      { id: 'paper', type: 'background', paint: { 'background-color': colours.paper } },
      {
        id: 'grid',
        type: 'line',
        source: 'grid',
        minzoom: 10,
        paint: { 'line-color': colours.line, 'line-width': 1 },
      },
      {
        id: 'fine',
        type: 'line',
        source: 'fine',
        minzoom: 14,
        paint: { 'line-color': colours.line, 'line-width': 0.5 },
      },
      {
        id: 'grounds',
        type: 'fill',
        source: 'grounds',
        paint: { 'fill-color': colours.ground, 'fill-opacity': tiles ? 0.35 : 0.9 },
      },
      {
        id: 'edges',
        type: 'line',
        source: 'grounds',
        paint: { 'line-color': colours.edge, 'line-width': 1.5, 'line-opacity': 0.7 },
      },
    ],
  };
  if (tiles) {
    drawn.sources['tiles'] = {
      type: 'raster',
      tiles: [tiles.url],
      tileSize: 256,
      attribution: tiles.attribution ?? '',
    };
    drawn.layers.splice(1, 2, { id: 'tiles', type: 'raster', source: 'tiles' });
  }
  return drawn;
}
