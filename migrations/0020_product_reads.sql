-- Indexes that lists and pages of products are answered from without looking at the rows: what is on sale, newest
-- first, with the versions that tell whether a kept copy of a product is still true.
CREATE INDEX product_on_sale ON catalog.product (id) INCLUDE (version) WHERE is_active;
CREATE INDEX product_on_sale_shop ON catalog.product (shop_id, id) INCLUDE (version, category_id) WHERE is_active;
CREATE INDEX product_on_sale_category ON catalog.product (category_id, id) INCLUDE (version) WHERE is_active;
DROP INDEX catalog.product_shop, catalog.product_category;

-- Replaces catalog.variant_product. A price already stood in an index (by updated_at), so changing one costs no more.
CREATE INDEX variant_product_version ON catalog.variant (product_id) INCLUDE (version, is_active);
DROP INDEX catalog.variant_product;
ALTER INDEX catalog.variant_product_version RENAME TO variant_product;
