/** Ways to a shop in the maps that people have. */

export const doubleGis = (lat: number, lon: number): string =>
  `https://2gis.kg/directions/points/${encodeURIComponent(`|${lon},${lat}`)}`;

export const googleMaps = (lat: number, lon: number): string =>
  `https://www.google.com/maps/dir/?api=1&destination=${encodeURIComponent(`${lat},${lon}`)}`;
