import { ChangeDetectionStrategy, Component, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { api, call, type Schemas } from '@kerben/api';
import type { AdminUser } from '../data/admin';
import { acting } from '../ui/acting';

type Group = Schemas['GroupView'];

/** The groups that one person is in, to be put into others and taken out; and making a new group. */
@Component({
  selector: 'c-user-groups',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [TranslocoDirective],
  template: `
    <div class="k-stack k-stack--tight" *transloco="let t">
      <fieldset class="k-stack k-stack--tight">
        <legend class="k-label">{{ t('console.users.groups') }}</legend>
        @for (group of groups(); track group.id) {
          <label class="k-check">
            <input
              type="checkbox"
              [checked]="isIn(group)"
              [disabled]="doing.busy()"
              (change)="put(group, $event)"
            />
            <span>
              {{ group.name }}
              <span class="k-soft k-small members">{{
                t('console.users.members', { n: group.members })
              }}</span>
            </span>
          </label>
        } @empty {
          <p class="k-soft">{{ t('console.users.no_groups') }}</p>
        }
      </fieldset>
      <form class="k-row k-row--nowrap" (submit)="make($event)">
        <label class="k-field k-grow">
          <span>{{ t('console.users.new_group') }}</span>
          <input
            #name
            class="k-input"
            maxlength="100"
            autocomplete="off"
            [value]="named()"
            (input)="named.set(name.value)"
          />
        </label>
        <button type="submit" class="k-btn" [disabled]="doing.busy() || !named().trim()">
          {{ t('common.add') }}
        </button>
      </form>
    </div>
  `,
  styles: `
    form {
      align-items: end;
    }
    .members {
      display: block;
    }
  `,
})
export class UserGroups {
  readonly user = input.required<AdminUser>();
  readonly groups = input.required<readonly Group[]>();
  /** The person's groups as they are now. */
  readonly joined = output<AdminUser['groups']>();
  readonly made = output<void>();
  protected readonly named = signal('');
  protected readonly doing = acting();

  protected isIn(group: Group): boolean {
    return this.user().groups.some((one) => one.id === group.id);
  }

  protected async put(group: Group, event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    const inside = box.checked;
    const params = { path: { group_id: group.id, user_id: this.user().id } };
    const address = '/api/v1/admin/user-groups/{group_id}/members/{user_id}' as const;
    const fine = await this.doing.run(
      group.id,
      () => call<unknown>(inside ? api.PUT(address, { params }) : api.DELETE(address, { params })),
      inside ? 'console.users.put_done' : 'console.users.take_done',
      { group: group.name },
    );
    if (!fine) {
      box.checked = !inside;
      return;
    }
    const others = this.user().groups.filter((one) => one.id !== group.id);
    const now = inside ? [...others, { id: group.id, name: group.name }] : others;
    this.joined.emit(now.sort((a, b) => a.name.localeCompare(b.name, 'ru')));
  }

  protected async make(event: Event): Promise<void> {
    event.preventDefault();
    const name = this.named().trim();
    if (!name) return;
    const body = { name };
    const work = () => call(api.POST('/api/v1/admin/user-groups', { body }));
    if (await this.doing.run('new', work, 'console.users.group_made', { group: name })) {
      this.named.set('');
      this.made.emit();
    }
  }
}
