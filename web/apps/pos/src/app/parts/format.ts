import { Pipe, type PipeTransform } from '@angular/core';

/** Thousandths as people write them: 1500 → «1,5». */
export function formatQty(milli: number): string {
  return String(milli / 1000)
    .replace('.', ',')
    .replace('-', '−');
}

@Pipe({ name: 'milli' })
export class MilliPipe implements PipeTransform {
  transform(milli: number | null | undefined): string {
    return milli === null || milli === undefined ? '' : formatQty(milli);
  }
}
