import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ru.json';
import auth from '../../../../libs/features/auth/i18n/ru.json';
import shell from './ru/shell.json';
import browse from './ru/browse.json';
import map from './ru/map.json';
import buy from './ru/buy.json';
import account from './ru/account.json';

const catalogue: Catalogue = { ...common, auth, shell, browse, map, buy, account };
export default catalogue;
