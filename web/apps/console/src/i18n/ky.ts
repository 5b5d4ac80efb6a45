import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ky.json';
import auth from '../../../../libs/features/auth/i18n/ky.json';
import shell from './ky/shell.json';
import console from './ky/console.json';

const catalogue: Catalogue = { ...common, auth, shell, console };
export default catalogue;
