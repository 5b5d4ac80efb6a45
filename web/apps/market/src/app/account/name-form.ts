import { ChangeDetectionStrategy, Component, computed, inject, linkedSignal, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem, api, call } from '@kerben/api';
import { Session } from '@kerben/core';
import { Toasts } from '@kerben/design';
import { AuthField, AuthTexts } from '@kerben/features/auth';

/** The person's name, as sellers see it. */
@Component({
  selector: 'k-name-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AuthField, TranslocoDirective],
  template: `
    <form class="k-form" (submit)="submit($event)" novalidate *transloco="let t">
      <k-auth-field
        name="name"
        [label]="t('account.name_shown')"
        autocomplete="name"
        [maxlength]="80"
        [hint]="t('account.name_text')"
        [error]="wrong()"
        [(value)]="name"
      />
      <div>
        <button type="submit" class="k-btn" [disabled]="busy() || !changed()">{{ t('common.save') }}</button>
      </div>
    </form>
  `,
})
export class NameForm {
  private readonly session = inject(Session);
  protected readonly name = linkedSignal(() => this.session.user()?.name ?? '');
  protected readonly changed = computed(() => this.name().trim() !== this.session.user()?.name);
  protected readonly busy = signal(false);
  private readonly error = signal<unknown>(null);
  private readonly missing = signal(false);
  private readonly texts = inject(AuthTexts);
  private readonly toasts = inject(Toasts);
  private readonly transloco = inject(TranslocoService);

  protected wrong(): string | undefined {
    if (this.missing()) return this.texts.required();
    const error = this.error();
    if (error instanceof Problem && error.field('name'))
      return this.transloco.translate('account.name_wrong');
    return error === null ? undefined : this.texts.of(error);
  }

  protected submit(event: Event): void {
    event.preventDefault();
    this.error.set(null);
    this.missing.set(false);
    if (!this.name().trim()) queueMicrotask(() => this.missing.set(true));
    else if (this.changed()) void this.send();
  }

  private async send(): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    try {
      const me = await call(api.PATCH('/api/v1/me', { body: { name: this.name() } }));
      const { id, phone, email, name, roles, kind } = me;
      this.session.update({ id, phone, email, name, roles, kind });
      // The server tidies blanks; the same name again would not reset the field by itself.
      this.name.set(name);
      this.toasts.good(this.transloco.translate('account.name_saved'));
    } catch (error) {
      this.error.set(error);
    } finally {
      this.busy.set(false);
    }
  }
}
