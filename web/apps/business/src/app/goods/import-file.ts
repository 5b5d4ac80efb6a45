import { Injectable } from '@angular/core';

/** What goes with a file. */
export interface ImportChoice {
  file: File;
  defaultPrice: string;
  revive: boolean;
}

/** The file that was checked, so that it can be loaded without choosing it again; gone after a reload. */
@Injectable({ providedIn: 'root' })
export class ImportFiles {
  private readonly kept = new Map<string, ImportChoice>();

  keep(runId: string, choice: ImportChoice): void {
    this.kept.set(runId, choice);
  }

  of(runId: string): ImportChoice | undefined {
    return this.kept.get(runId);
  }
}

/** The form that the server takes. */
export function formOf(choice: ImportChoice, dryRun: boolean): FormData {
  const form = new FormData();
  form.append('dry_run', String(dryRun));
  form.append('revive', String(choice.revive));
  if (choice.defaultPrice.trim()) form.append('default_price', choice.defaultPrice.replace(/\s/g, ''));
  form.append('file', choice.file, choice.file.name);
  return form;
}
