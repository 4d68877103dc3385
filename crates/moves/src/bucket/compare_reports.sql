-- Compares the histories of all keys by place: kind, size, storage class, and the ETag where it tells. A row for all entries that are
-- equal, and one for every key and reason that leaves something open; each with its entries, and the markers and bytes of the original.
--
-- The place of an entry comes from its date. Of two that were written within the same second nothing tells which is older: they are left
-- open, not taken for equal. Every column is text: in CSV a number may not be empty, and a delete marker has no size.
WITH originals AS (
    SELECT
        key,
        row_number() OVER (PARTITION BY key ORDER BY last_modified_date, is_latest) AS place,
        count(*) OVER (PARTITION BY key, last_modified_date) AS at_once,
        lower(is_delete_marker) AS marker,
        size,
        storage_class AS class,
        e_tag,
        encryption_status AS encryption
    FROM {database}.original
),
copies AS (
    SELECT
        key,
        row_number() OVER (PARTITION BY key ORDER BY last_modified_date, is_latest) AS place,
        count(*) OVER (PARTITION BY key, last_modified_date) AS at_once,
        lower(is_delete_marker) AS marker,
        size,
        storage_class AS class,
        e_tag,
        encryption_status AS encryption
    FROM {database}.copied
),
told AS (
    SELECT
        coalesce(o.key, c.key) AS key,
        CASE
            WHEN o.key IS NULL THEN 'surplus'
            WHEN c.key IS NULL THEN 'missing'
            WHEN o.at_once > 1 OR c.at_once > 1 THEN 'order not told'
            WHEN o.marker <> c.marker THEN 'kind'
            WHEN o.marker = 'true' THEN 'equal'
            WHEN o.size <> c.size THEN 'size'
            WHEN {wanted_class} <> c.class THEN 'storage class'
            -- An ETag is an MD5 only where no key encrypts.
            WHEN o.e_tag = c.e_tag AND o.encryption IN ('SSE-S3', 'NOT-SSE') AND c.encryption IN ('SSE-S3', 'NOT-SSE') THEN 'equal'
            ELSE 'content not told'
        END AS how,
        CASE WHEN o.marker = 'true' THEN 1 ELSE 0 END AS markers,
        CASE WHEN o.marker = 'false' THEN CAST(o.size AS bigint) ELSE 0 END AS bytes
    FROM originals o
    FULL OUTER JOIN copies c ON o.key = c.key AND o.place = c.place
),
shown AS (
    SELECT how, CASE WHEN how = 'equal' THEN '' ELSE key END AS key, markers, bytes
    FROM told
)
SELECT how, key, count(*) AS entries, sum(markers) AS markers, sum(bytes) AS bytes
FROM shown
GROUP BY how, key
ORDER BY how, key
