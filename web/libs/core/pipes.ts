import { Pipe, type PipeTransform } from '@angular/core';
import { ago, dateTime, day } from './dates';
import { formatMoney } from './money';

/** Minor units → «1 500 сом». What comes from the server has its own `display`; this is for sums made here. */
@Pipe({ name: 'money' })
export class MoneyPipe implements PipeTransform {
  transform(minor: number | null | undefined, currency = 'KGS'): string {
    return minor === null || minor === undefined ? '' : formatMoney(minor, currency);
  }
}

// Not pure: the language of the page may change under an unchanged value.
@Pipe({ name: 'dateTime', pure: false })
export class DateTimePipe implements PipeTransform {
  transform(at: string | Date | null | undefined): string {
    return at ? dateTime(at) : '';
  }
}

@Pipe({ name: 'day', pure: false })
export class DayPipe implements PipeTransform {
  transform(at: string | Date | null | undefined): string {
    return at ? day(at) : '';
  }
}

@Pipe({ name: 'ago', pure: false })
export class AgoPipe implements PipeTransform {
  transform(at: string | Date | null | undefined): string {
    return at ? ago(at, Date.now()) : '';
  }
}

/** 1.5 → «1,5»; whole numbers as they are. */
@Pipe({ name: 'qty' })
export class QtyPipe implements PipeTransform {
  transform(qty: number | string | null | undefined): string {
    return qty === null || qty === undefined ? '' : String(qty).replace('.', ',');
  }
}

/** +996555123456 → «+996 555 123 456». */
@Pipe({ name: 'phone' })
export class PhonePipe implements PipeTransform {
  transform(phone: string | null | undefined): string {
    return (phone ?? '').replace(/^(\+996)(\d{3})(\d{3})(\d{3})$/, '$1 $2 $3 $4');
  }
}
