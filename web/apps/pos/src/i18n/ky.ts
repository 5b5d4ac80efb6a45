import type { Catalogue } from '@kerben/core';
import common from '../../../../libs/core/i18n/ky.json';
import scanner from '../../../../libs/features/scanner/i18n/ky.json';
import shell from './ky/shell.json';
import pos from './ky/pos.json';

const catalogue: Catalogue = { ...common, shell, pos, scanner };
export default catalogue;
