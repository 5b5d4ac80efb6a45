import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ru.json';
import auth from '../../../../libs/features/auth/i18n/ru.json';
import scanner from '../../../../libs/features/scanner/i18n/ru.json';
import shell from './ru/shell.json';
import goods from './ru/goods.json';
import trade from './ru/trade.json';
import money from './ru/money.json';

const catalogue: Catalogue = { ...common, auth, shell, goods, trade, money, scanner };
export default catalogue;
