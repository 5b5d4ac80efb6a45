import {
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  input,
  model,
  signal,
  untracked,
} from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Problem } from '@kerben/api';
import { PhonePipe, ProblemTexts, Session } from '@kerben/core';
import { Dialog } from '@kerben/design';
import { type Product, type Variant, askAvailability } from './data';
import { kindOf } from './variants';

type Field = 'name' | 'phone' | 'comment';
const WRONG: Record<Field, string> = {
  name: 'buy.fault_other',
  phone: 'buy.fault_phone_wrong',
  comment: 'buy.fault_other',
};

/** «Спросить о наличии»: the seller is asked to call back. */
@Component({
  selector: 'k-ask-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Dialog, PhonePipe, TranslocoDirective],
  templateUrl: './ask-dialog.html',
})
export class AskDialog {
  readonly product = input.required<Product>();
  readonly variant = input<Variant>();
  readonly open = model(false);
  private readonly session = inject(Session);
  private readonly texts = inject(ProblemTexts);
  private readonly transloco = inject(TranslocoService);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly typed = signal<Record<Field, string>>({ name: '', phone: '', comment: '' });
  protected readonly wrong = signal<Partial<Record<Field | 'all', string>>>({});
  protected readonly sending = signal(false);
  protected readonly askedOf = signal<string | null>(null);
  protected readonly what = computed(() =>
    [this.product().name, kindOf(this.variant()?.attributes ?? {})].filter(Boolean).join(', '),
  );

  constructor() {
    effect(() => {
      if (!this.open()) return;
      untracked(() => {
        const user = this.session.user();
        this.askedOf.set(null);
        this.wrong.set({});
        this.typed.update((was) => ({
          ...was,
          name: was.name || user?.name || '',
          phone: was.phone || user?.phone || '',
        }));
      });
    });
  }

  protected type(field: Field, event: Event): void {
    const { value } = event.target as HTMLInputElement;
    this.typed.update((was) => ({ ...was, [field]: value }));
    if (this.wrong()[field]) this.wrong.update((was) => ({ ...was, [field]: undefined }));
  }

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    if (this.sending()) return;
    const { name, phone, comment } = this.typed();
    const required = this.transloco.translate('common.required');
    const wrong: Partial<Record<Field, string>> = {};
    if (!name.trim()) wrong.name = required;
    if (!phone.trim()) wrong.phone = required;
    this.wrong.set(wrong);
    if (Object.keys(wrong).length) return this.focusWrong();
    this.sending.set(true);
    try {
      await askAvailability(this.product().id, {
        variant_id: this.variant()?.id ?? null,
        name: name.trim(),
        phone: phone.replace(/[\s()-]/g, ''),
        comment: comment.trim() || null,
      });
      this.askedOf.set(phone.trim());
      this.typed.update((was) => ({ ...was, comment: '' }));
      setTimeout(() => this.host.nativeElement.querySelector<HTMLElement>('.asked')?.focus());
    } catch (error) {
      this.fail(error);
    } finally {
      this.sending.set(false);
    }
  }

  private fail(error: unknown): void {
    const found: Partial<Record<Field | 'all', string>> = {};
    if (error instanceof Problem)
      for (const field of ['name', 'phone', 'comment'] as const) {
        const text = error.field(field);
        // The server speaks Russian.
        if (text) found[field] = this.inRussian() ? text : this.transloco.translate(WRONG[field]);
      }
    if (!Object.keys(found).length) found.all = this.texts.of(error);
    this.wrong.set(found);
    this.focusWrong();
  }

  private inRussian(): boolean {
    return this.transloco.getActiveLang() === 'ru';
  }

  private focusWrong(): void {
    setTimeout(() => this.host.nativeElement.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  }
}
