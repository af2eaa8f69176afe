package io.rebalancer.manager.metadata;

import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sorts the rows of one chunk as they are read, so that only those that speak of the leaving node are kept. */
final class ScannedRows {
    private final int shard;
    private final StorageNodeId leaving;
    private final List<String> excluded;
    private final List<Row> rows = new ArrayList<>();
    private long excludedRows;

    /** @param excluded texts; a record whose key has one of them in it is left alone (manta.md 5.11) */
    ScannedRows(int shard, StorageNodeId leaving, List<String> excluded) {
        this.shard = shard;
        this.leaving = leaving;
        this.excluded = excluded;
    }

    /** A row that can't be read counts if its text speaks of the leaving node: somebody has to look at it (6.3). */
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
        boolean names = row.record().map(record -> record.lists(leaving)).orElse(true);
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
