import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ky.json';
import auth from '../../../../libs/features/auth/i18n/ky.json';
import scanner from '../../../../libs/features/scanner/i18n/ky.json';
import shell from './ky/shell.json';
import goods from './ky/goods.json';
import trade from './ky/trade.json';
import money from './ky/money.json';

const catalogue: Catalogue = { ...common, auth, shell, goods, trade, money, scanner };
export default catalogue;
