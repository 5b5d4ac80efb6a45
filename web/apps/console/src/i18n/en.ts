import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/en.json';
import auth from '../../../../libs/features/auth/i18n/en.json';
import shell from './en/shell.json';
import console from './en/console.json';

const catalogue: Catalogue = { ...common, auth, shell, console };
export default catalogue;
