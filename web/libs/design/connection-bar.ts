import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Connection } from '@kerben/core';
import { WifiOff } from 'lucide';
import { Icon } from './icons';

/** Says that the connection is lost for as long as it is; once in an application's shell. */
@Component({
  selector: 'k-connection-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <div role="status" aria-live="polite" *transloco="let t">
      @if (!connection.online()) {
        <p><k-icon [of]="icon" [size]="18" /> {{ t('connection.lost') }}</p>
      }
    </div>
  `,
  styles: `
    p {
      display: flex;
      align-items: center;
      justify-content: center;
      gap: var(--s2);
      padding: var(--s2) var(--s4);
      background: var(--apricot-soft);
      color: var(--apricot-ink);
      font-size: var(--t-small);
    }
  `,
})
export class ConnectionBar {
  protected readonly connection = inject(Connection);
  protected readonly icon = WifiOff;
}
