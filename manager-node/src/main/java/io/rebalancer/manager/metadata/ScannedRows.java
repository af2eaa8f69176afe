package io.rebalancer.manager.metadata;

import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Filters the rows of one chunk while they are read; keeps only rows that name the leaving node. */
final class ScannedRows {
    private final int shard;
    private final StorageNodeId leaving;
    private final List<String> excluded;
    private final List<Row> rows = new ArrayList<>();
    private long excludedRows;

    /** @param excluded a record whose key contains one of these texts is not moved (manta.md 5.11) */
    ScannedRows(int shard, StorageNodeId leaving, List<String> excluded) {
        this.shard = shard;
        this.leaving = leaving;
        this.excluded = excluded;
    }

    /** An unreadable row is kept if its text mentions the leaving node, so that an operator can inspect it (6.3). */
    void add(String key, String etag, String document) {
        if (!document.contains(leaving.text())) {
            return;
        }
        RecordRef ref = new RecordRef(shard, key);
        Row row;
        try {
            row = new Row(ref, Optional.of(MantaRecord.parse(ref, etag, document)), "");
        } catch (BadMantaObject e) {
            row = new Row(ref, Optional.empty(), String.valueOf(e.getMessage()));
        }
        boolean names = row.record().map(record -> record.names(leaving)).orElse(true);
        if (names && excluded.stream().anyMatch(key::contains)) {
            excludedRows++;
        } else if (names) {
            rows.add(row);
        }
    }

    List<Row> rows() {
        return rows;
    }

    long excluded() {
        return excludedRows;
    }
}
