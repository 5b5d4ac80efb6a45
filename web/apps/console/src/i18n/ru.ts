import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ru.json';
import auth from '../../../../libs/features/auth/i18n/ru.json';
import shell from './ru/shell.json';
import console from './ru/console.json';

const catalogue: Catalogue = { ...common, auth, shell, console };
export default catalogue;
