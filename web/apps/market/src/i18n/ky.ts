import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ky.json';
import auth from '../../../../libs/features/auth/i18n/ky.json';
import shell from './ky/shell.json';
import browse from './ky/browse.json';
import map from './ky/map.json';
import buy from './ky/buy.json';
import account from './ky/account.json';

const catalogue: Catalogue = { ...common, auth, shell, browse, map, buy, account };
export default catalogue;
